"""Helpers for testing code that uses orionclient: skipped waits and a network fault proxy."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from orionclient._requesting.limits import clear_limiters
from orionclient._runtime.clock import CLOCK
from orionclient.testing._faultproxy import FaultProxy
from orionclient.testing._toxics import Counts, Toxic

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Counts", "FaultProxy", "Toxic", "set_testing"]

_LOCK: Final = threading.Lock()


class _VirtualClock:
    """A clock that each wait advances without waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        with _LOCK:
            self.seconds += seconds
            self.waits.append(seconds)

    def monotonic(self) -> float:
        return time.monotonic() + self.seconds

    def now(self) -> float:
        return time.time() + self.seconds


@contextmanager
def set_testing() -> Iterator[list[float]]:
    """Skip every wait between attempts of this process while the block runs; deadlines include the skipped time.

    Yields:
        The list of skipped waits, in seconds and in order.

    Example:
        >>> from orionclient.testing import set_testing
        >>> with set_testing() as waits:
        ...     pass
        >>> waits
        []
    """
    before = (CLOCK.sleep, CLOCK.monotonic, CLOCK.time, CLOCK.uniform, CLOCK.virtual)
    skipped = _VirtualClock()
    CLOCK.sleep, CLOCK.monotonic, CLOCK.time, CLOCK.virtual = skipped.sleep, skipped.monotonic, skipped.now, True
    clear_limiters()
    try:
        yield skipped.waits
    finally:
        clear_limiters()
        CLOCK.sleep, CLOCK.monotonic, CLOCK.time, CLOCK.uniform, CLOCK.virtual = before
