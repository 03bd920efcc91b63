"""Many at once: a function over many items with bounded memory, results in order, and errors that do not stop the others."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from attrs import evolve, frozen

from orionclient._cancellation import Cancelled, cancel_on, wait_for_result
from orionclient.exceptions import OrionError, TransferErrors, ValidationError, one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient.transfer.progress import Progress

__all__ = [
    "Paths",
    "ProgressRelay",
    "Result",
    "TransferCancelledError",
    "collect_results",
    "is_local",
    "run",
    "run_in_turn",
]

I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")
Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
# Items for each worker that are handed over and whose results nobody has taken yet.
_MAX_PENDING: Final = 4


@frozen
class Result(Generic[I, V]):
    """What became of one of many items.

    Attributes:
        item: The item.
        value: What was made of it; None where it failed.
        error: Why it failed; None where it did not.
        skipped: True if nothing was moved, because the same content is there already.
    """

    item: I
    value: V | None = None
    error: Exception | None = None
    skipped: bool = False


class TransferCancelledError(OrionError):
    """The transfers that this one belongs to were given up."""


class ProgressRelay:
    """Passes on how far the transfers of one run in this process are, one call at a time, and gives them up on demand.

    Args:
        callback: What to tell; None only gives up.
    """

    def __init__(self, callback: Callable[[Progress], object] | None = None) -> None:
        self._callback = callback
        self._lock = threading.Lock()
        self._stopped = False
        self.error: BaseException | None = None

    def __call__(self, progress: Progress) -> None:
        """Pass it on.

        Args:
            progress: How far one of the transfers is.

        Raises:
            StoppedError: The callback has raised for another transfer of the run.
            Stopped: The run was left early or interrupted.
        """
        with self._lock:
            if self.error is not None:
                raise TransferCancelledError("the transfer was given up")
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
        """Give up what is still moving, at its next chunk."""
        self._stopped = True

    def named(self, item: str) -> Callable[[Progress], None]:
        """Make a callback for one transfer.

        Args:
            item: The name that it is told under.

        Returns:
            The callback.
        """
        return lambda progress: self(evolve(progress, item=item))


def is_local(executor: Executor | None) -> bool:
    """Tell whether an executor works in this process, so that its work can tell how far it is.

    Args:
        executor: The executor; None for threads.

    Returns:
        False also where that is not known.
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
    """Run a function over items, several at a time.

    Items are read as they are needed: at most four times `workers` are under way or done and not taken yet. Where the caller leaves
    early, or is interrupted, what has not begun is cancelled.

    Args:
        function: The function; for an executor of processes or machines it and the items must pickle.
        items: The items, also from an iterator without end.
        workers: Number of items at a time, and the measure for how far ahead items are read.
        executor: Any executor, which stays open; threads of its own without it.
        stop: Called where the run is left early, before it is waited for what has begun.

    Yields:
        A result for each item, in their order.

    Raises:
        ValidationError: `workers` is no number from 1 on.

    Example:
        >>> from orionclient.transfer.bulk import run
        >>> [result.value or result.error for result in run(lambda number: 12 // number, [3, 0, 4])]
        [4, ZeroDivisionError('integer division or modulo by zero'), 3]
    """
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
        raise ValidationError(f"workers is a whole number from 1 on, not {workers!r:.60}")
    interrupted = threading.Event()
    pool = executor
    if pool is None:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="orion-bulk", initializer=cancel_on(interrupted))
    flying: deque[tuple[I, Future[V]]] = deque()
    ended: list[Exception] = []
    source = _iter_until_error(items, ended)
    whole = False
    try:
        with _cancel_on_interrupt(interrupted):
            while True:
                for item in islice(source, _MAX_PENDING * workers - len(flying)):
                    flying.append((item, _submit(pool, function, item)))
                if not flying:
                    break
                result = _make_result(*flying[0])
                flying.popleft()
                yield result
        whole = True
        if ended:
            raise ended[0]
    finally:
        for _, future in flying:
            future.cancel()
        if not whole and stop is not None:
            stop()
        if executor is None:
            pool.shutdown(cancel_futures=True)


def run_in_turn(function: Callable[[I], V], items: Iterable[I]) -> Iterator[Result[I, V]]:
    """Run a function over items in the thread of the caller, which an interrupt reaches at once.

    Args:
        function: The function.
        items: The items.

    Yields:
        A result for each item, in their order.
    """
    for item in items:
        try:
            result = Result(item, function(item))
        except Exception as error:  # noqa: BLE001 - as for threads
            result = Result(item, None, error)
        yield result


@contextmanager
def _cancel_on_interrupt(event: threading.Event) -> Iterator[None]:
    """Let the threads of the pool know of an interrupt, so that they do not wait for a server that stands still."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        event.set()
        raise


def _iter_until_error(items: Iterable[I], ended: list[Exception]) -> Iterator[I]:
    """Give items as long as there are some; an error is kept until what came before it is done."""
    try:
        yield from items
    except Exception as error:  # noqa: BLE001 - raised by who asked
        ended.append(error)


def _submit(pool: Executor, function: Callable[[I], V], item: I) -> Future[V]:
    try:
        return pool.submit(function, item)
    except RuntimeError as error:
        # The executor is broken or closed. What it has done counts nevertheless.
        failed: Future[V] = Future()
        failed.set_exception(error)
        return failed


def _make_result(item: I, future: Future[V]) -> Result[I, V]:
    try:
        return Result(item, wait_for_result(future))
    except Exception as error:  # noqa: BLE001 - one failure does not lose the others
        return Result(item, None, error)


def collect_results(
    results: Iterator[Result[I, V]],
    *,
    watch: ProgressRelay | None = None,
    each: Callable[[Result[I, V]], object] | None = None,
    after: Callable[[list[Result[I, V]]], list[Result[I, V]]] | None = None,
    return_exceptions: bool = False,
) -> list[Result[I, V]]:
    """Take all results of a run.

    Args:
        results: What `run` gives.
        watch: The watch of its transfers: where its callback raised, that error is raised.
        each: Is given every result as it comes; then only failures are kept.
        after: What is still to be done when all of it is done; gives the results as they are then.
        return_exceptions: True returns results with errors; by default they are raised together at the end.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: Something failed, or no more items could be read.
    """
    kept: list[Result[I, V]] = []
    count, ended = 0, None
    try:
        while True:
            try:
                result = next(results)
            except StopIteration:
                break
            except Exception as error:
                if not count:
                    raise
                ended = error
                break
            if watch is not None and watch.error is not None:
                raise watch.error
            count += 1
            if each is not None:
                each(result)
            if each is None or result.error is not None:
                kept.append(result)
    finally:
        results.close()  # type: ignore[attr-defined]
    kept = kept if after is None else after(kept)
    failed = [result for result in kept if result.error is not None]
    if ended is not None:
        raise TransferErrors(
            f"after {count} transfers ({len(failed)} failed) there is no list of the rest: {ended}", kept
        ) from ended
    if failed and not return_exceptions:
        text = f"{len(failed)} of {count} transfers failed; the first, {_item_title(failed[0].item)}: {_error_message(failed[0].error)}"
        raise TransferErrors(text, kept) from failed[0].error
    return kept


def _item_title(item: Any) -> str:
    named = getattr(item, "_item_title", None)
    return shorten(one_line(str(named() if callable(named) else item)), 60)


def _error_message(error: Exception | None) -> str:
    return str(error) if isinstance(error, OrionError) else f"{type(error).__name__}: {error}"
