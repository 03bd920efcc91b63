"""Run a function over many items concurrently, with bounded memory, ordered results and collected errors."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from attrs import evolve, frozen

from orionclient._runtime.cancellation import Cancelled, cancel_on, wait_for_result
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import OrionError, TransferErrors, ValidationError, one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient._transfer.progress import Progress

I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")
A = TypeVar("A")
Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
# Maximum number of items per worker that are submitted and whose results are not consumed yet.
_MAX_PENDING: Final = 4
# Failures that a traceback lists.
_MAX_NOTES: Final = 20


@frozen
class Result(Generic[I, V]):
    """Result of one item.

    Attributes:
        item: The item.
        value: Result of the function; None if it failed.
        error: The error; None if it did not fail.
        skipped: True if nothing was transferred, because the same content exists.
    """

    item: I
    value: V | None = None
    error: Exception | None = None
    skipped: bool = False


class TransferCancelledError(OrionError):
    """The transfer was cancelled together with the others of its run."""


class ProgressRelay:
    """Forwards the progress of concurrent transfers to one callback, never concurrently, and cancels them on demand.

    Args:
        callback: Progress callback; None only cancels.
    """

    def __init__(self, callback: Callable[[Progress], object] | None = None) -> None:
        self._callback = callback
        self._lock = threading.Lock()
        self._stopped = False
        self.error: BaseException | None = None

    def __call__(self, progress: Progress) -> None:
        """Forward the progress of a transfer.

        Args:
            progress: Progress of one of the transfers.

        Raises:
            TransferCancelledError: The callback has raised for another transfer of the run.
            Cancelled: The run was abandoned or interrupted.
        """
        with self._lock:
            if self.error is not None:
                raise TransferCancelledError("the transfer was cancelled")
            if self._stopped:
                raise Cancelled
            if self._callback is None:
                return
            try:
                self._callback(progress)
            except BaseException as error:
                self.error = error
                raise

    def stop(self) -> None:
        """Cancel running transfers at their next chunk."""
        self._stopped = True

    def for_item(self, item: str) -> Callable[[Progress], None]:
        """Build the progress callback of one transfer.

        Args:
            item: Name of the item in its progress.

        Returns:
            The callback.
        """
        return lambda progress: self(evolve(progress, item=item))


def is_local(executor: Executor | None) -> bool:
    """Check whether an executor runs in this process, so that its work can report progress.

    Args:
        executor: The executor; None for threads.

    Returns:
        True if it is known to run in this process.
    """
    return executor is None or isinstance(executor, ThreadPoolExecutor)


def run(
    function: Callable[[I], V],
    items: Iterable[I],
    *,
    workers: int = 8,
    executor: Executor | None = None,
    stop: Callable[[], object] | None = None,
) -> Iterator[Result[I, V]]:
    """Run a function over items concurrently.

    Items are read lazily: at most four times `workers` are running or finished and not consumed yet. If the caller abandons the iterator or
    is interrupted, items that have not started are cancelled.

    Args:
        function: The function. With an executor of other processes or machines, it and the items must be picklable.
        items: The items; may be an infinite iterator.
        workers: Number of concurrent calls; also determines how far ahead items are read.
        executor: Any executor, which stays open. Defaults to a thread pool.
        stop: Called if the run is abandoned, before running items are waited for.

    Yields:
        A result for each item, in order.

    Raises:
        ValidationError: `workers` is not a positive integer.

    Example:
        >>> from orionclient._transfer.bulk import run
        >>> [result.value or result.error for result in run(lambda number: 12 // number, [3, 0, 4])]
        [4, ZeroDivisionError('integer division or modulo by zero'), 3]
    """
    workers = to_plain(workers)
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
        raise ValidationError(f"workers must be a positive integer, not {workers!r:.60}")
    interrupted = threading.Event()
    threads = partial(ThreadPoolExecutor, workers, thread_name_prefix="orion-bulk", initializer=cancel_on(interrupted))
    pool = threads() if executor is None else executor
    pending: deque[tuple[I, Future[V]]] = deque()
    errors: list[Exception] = []
    source = _iter_until_error(items, errors)
    completed = False
    try:
        while True:
            for item in islice(source, _MAX_PENDING * workers - len(pending)):
                pending.append((item, _submit(pool, function, item)))
            if not pending:
                break
            result = _make_result(pending[0][0], wait_for_result, pending[0][1])
            pending.popleft()
            yield result
        completed = True
        if errors:
            raise errors[0]
    except (KeyboardInterrupt, SystemExit):
        # The threads of the pool must not wait for a stalled server.
        interrupted.set()
        raise
    finally:
        for _, future in pending:
            future.cancel()
        if not completed and stop is not None:
            stop()
        if executor is None:
            pool.shutdown(cancel_futures=True)


def run_in_turn(function: Callable[[I], V], items: Iterable[I]) -> Iterator[Result[I, V]]:
    """Run a function over items sequentially in the caller's thread, where an interrupt takes effect immediately.

    Args:
        function: The function.
        items: The items.

    Yields:
        A result for each item, in order.
    """
    for item in items:
        yield _make_result(item, function, item)


def _iter_until_error(items: Iterable[I], errors: list[Exception]) -> Iterator[I]:
    """Yield items until the source raises; the error is stored and raised after the earlier items are done."""
    try:
        yield from items
    except Exception as error:  # noqa: BLE001 - raised again by the caller
        errors.append(error)


def _submit(pool: Executor, function: Callable[[I], V], item: I) -> Future[V]:
    try:
        return pool.submit(function, item)
    except RuntimeError as error:
        # The executor is broken or closed. The results so far are still returned.
        failed: Future[V] = Future()
        failed.set_exception(error)
        return failed


def _make_result(item: I, function: Callable[[A], V], argument: A) -> Result[I, V]:
    try:
        return Result(item, function(argument))
    except Exception as error:  # noqa: BLE001 - one failure must not stop the other items
        return Result(item, None, error)


def collect_results(
    results: Iterator[Result[I, V]],
    *,
    relay: ProgressRelay | None = None,
    on_result: Callable[[Result[I, V]], object] | None = None,
    finalize: Callable[[list[Result[I, V]]], list[Result[I, V]]] | None = None,
    return_exceptions: bool = False,
) -> list[Result[I, V]]:
    """Collect the results of a run.

    Args:
        results: The iterator that `run` returned.
        relay: Progress relay of the transfers: if its callback raised, that error is raised.
        on_result: Called with every result; only failures are then collected.
        finalize: Called with the collected results at the end; returns the final results.
        return_exceptions: True returns failed results; by default `TransferErrors` is raised at the end.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed, or the items could not be read to the end.
    """
    collected: list[Result[I, V]] = []
    errors: list[Exception] = []
    count = 0
    try:
        for result in _iter_until_error(results, errors):
            if relay is not None and relay.error is not None:
                raise relay.error
            count += 1
            if on_result is not None:
                on_result(result)
            if on_result is None or result.error is not None:
                collected.append(result)
    finally:
        results.close()  # type: ignore[attr-defined]
    if errors and not count:
        raise errors[0]
    collected = collected if finalize is None else finalize(collected)
    failed = [result for result in collected if result.error is not None]
    if errors:
        raise TransferErrors(
            f"listing the items failed after {count} transfers ({len(failed)} failed): {errors[0]}", collected
        ) from errors[0]
    if failed and not return_exceptions:
        raise _make_error(collected, failed, count) from failed[0].error
    return collected


def _make_error(collected: list[Result[I, V]], failed: list[Result[I, V]], count: int) -> TransferErrors:
    described = [f"{name_item(result.item)}: {_error_message(result.error)}" for result in failed]
    error = TransferErrors(f"{len(failed)} of {count} transfers failed; the first, {described[0]}", collected)
    if len(described) > 1:
        # A traceback shows the notes.
        for line in described[:_MAX_NOTES]:
            error.add_note(one_line(line))
    if len(described) > _MAX_NOTES:
        error.add_note(f"and {len(described) - _MAX_NOTES} more in the attribute `failed`")
    return error


def name_item(item: Any) -> str:
    """Name an item in a message.

    Args:
        item: A resource, a path, or any other item.

    Returns:
        The name in one line; bytes of a path that are not valid UTF-8 are escaped.
    """
    named = getattr(item, "_title", None)
    name = str(named() if callable(named) else item)
    return shorten(one_line(name.encode("utf-8", "backslashreplace").decode()), 120)


def _error_message(error: Exception | None) -> str:
    return str(error) if isinstance(error, OrionError) else f"{type(error).__name__}: {error}"
