"""Cooperative cancellation of worker threads, also while they wait."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from orionclient._runtime.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

V = TypeVar("V")

# Seconds between two checks for cancellation.
POLL_INTERVAL: Final = 0.5


class Cancelled(BaseException):
    """The work of this thread was cancelled. Not an Exception, so that uploaded data is preserved, as after KeyboardInterrupt."""


class _Cancellation(threading.local):
    """Events that cancel the work of this thread; empty for the main thread, which is interrupted by signals."""

    events: tuple[threading.Event, ...] = ()


_CANCELLATION: Final = _Cancellation()


def cancel_on(event: threading.Event) -> Callable[[], None]:
    """Create the initializer for the threads of a cancellable pool.

    Args:
        event: Event that cancels the threads, in addition to the events of the calling thread.

    Returns:
        The initializer, to be called in each thread.
    """
    events = (*_CANCELLATION.events, event)

    def begin() -> None:
        _CANCELLATION.events = events

    return begin


@contextmanager
def cancellable_pool(workers: int, name: str, event: threading.Event) -> Iterator[ThreadPoolExecutor]:
    """Create a thread pool whose threads have all ended when the block ends, also on KeyboardInterrupt. An error in the block cancels them.

    Args:
        workers: Count of threads.
        name: Prefix of the thread names.
        event: Event that cancels the threads.

    Yields:
        The pool.
    """
    prefix = f"{name}-{id(event):x}"
    try:
        with ThreadPoolExecutor(workers, thread_name_prefix=prefix, initializer=cancel_on(event)) as pool:
            try:
                yield pool
            except BaseException:
                event.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        # A thread that was being started during KeyboardInterrupt is not yet registered in the pool, which does not wait for it.
        while any(thread.name.startswith(prefix) for thread in threading.enumerate()):
            time.sleep(0.005)


def is_cancellable() -> bool:
    """Check whether this thread can be cancelled.

    Returns:
        True in the threads of a cancellable pool.
    """
    return bool(_CANCELLATION.events)


def raise_if_cancelled() -> None:
    """Raise if this thread was cancelled.

    Raises:
        Cancelled: The thread was cancelled.
    """
    if _CANCELLATION.events and any(event.is_set() for event in _CANCELLATION.events):
        raise Cancelled


def wait(seconds: float) -> None:
    """Wait, and check for cancellation.

    Args:
        seconds: Duration in seconds.

    Raises:
        Cancelled: The thread was cancelled.
    """
    if not is_cancellable() or CLOCK.virtual:
        CLOCK.sleep(seconds)
        return
    end = CLOCK.monotonic() + seconds
    while (left := end - CLOCK.monotonic()) > 0:
        raise_if_cancelled()
        CLOCK.sleep(min(left, POLL_INTERVAL))


def wait_for_result(future: Future[V]) -> V:
    """Wait for a future in short intervals, so that a signal which the system delivers to another thread is handled.

    Args:
        future: The future.

    Returns:
        Its result; its exception is raised.
    """
    while True:
        try:
            return future.result(POLL_INTERVAL)
        except TimeoutError:
            # The TimeoutError may be the future's own exception.
            if future.done():
                return future.result()
