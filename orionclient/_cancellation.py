"""Threads that end soon when what started them is interrupted, wherever they wait."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from orionclient._clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

V = TypeVar("V")

# Seconds between two looks.
POLL_INTERVAL: Final = 0.5


class Cancelled(BaseException):
    """What began this work was interrupted. No error, so that what was sent stays for the next run, as after any interrupt."""


class _Cancellation(threading.local):
    """What ends the work of this thread; nothing for those that are interrupted themselves."""

    events: tuple[threading.Event, ...] = ()


_CANCELLATION: Final = _Cancellation()


def cancel_on(event: threading.Event) -> Callable[[], None]:
    """Make the first thing that threads of a pool do.

    Args:
        event: Ends their work, as does what ends the work of the thread that calls this.

    Returns:
        A function to be called in each thread.
    """
    events = (*_CANCELLATION.events, event)

    def begin() -> None:
        _CANCELLATION.events = events

    return begin


@contextmanager
def cancellable_pool(workers: int, name: str, event: threading.Event) -> Iterator[ThreadPoolExecutor]:
    """Make threads that are all over when the block ends, also where it is interrupted.

    Args:
        workers: Number of threads.
        name: What they are called.
        event: Ends their work.

    Yields:
        The pool.
    """
    prefix = f"{name}-{id(event):x}"
    try:
        with ThreadPoolExecutor(workers, thread_name_prefix=prefix, initializer=cancel_on(event)) as made:
            yield made
    finally:
        # One that was being started when an interrupt came is none of the pool's yet; it ends with the others, but nobody waits for it.
        while any(thread.name.startswith(prefix) for thread in threading.enumerate()):
            time.sleep(0.005)


def is_cancellable() -> bool:
    """Tell whether this thread has to look now and then.

    Returns:
        True in the threads of such a pool.
    """
    return bool(_CANCELLATION.events)


def raise_if_cancelled() -> None:
    """End the work of this thread where that is wanted.

    Raises:
        Stopped: It is.
    """
    if _CANCELLATION.events and any(event.is_set() for event in _CANCELLATION.events):
        raise Cancelled


def wait(seconds: float) -> None:
    """Wait.

    Args:
        seconds: How long.

    Raises:
        Stopped: The work of this thread was ended meanwhile.
    """
    if not is_cancellable() or CLOCK.virtual:
        CLOCK.sleep(seconds)
        return
    end = CLOCK.monotonic() + seconds
    while (left := end - CLOCK.monotonic()) > 0:
        raise_if_cancelled()
        CLOCK.sleep(min(left, POLL_INTERVAL))


def wait_for_result(future: Future[V]) -> V:
    """Wait for what a pool does, and wake now and then: a signal that the system gives to another thread wakes nobody who waits on.

    Args:
        future: The work.

    Returns:
        Its result; what it raised is raised.
    """
    while True:
        try:
            return future.result(POLL_INTERVAL)
        except TimeoutError:
            # The work's own, or only that of this wait.
            if future.done():
                return future.result()
