"""How far a transfer is: what a callback is told, and the meter that tells it."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import frozen

from orionclient._clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Meter", "Progress"]

# Seconds between two calls of the callback, and those that the rate looks back on.
_INTERVAL_SECONDS: Final = 0.1
_WINDOW_SECONDS: Final = 3.0


@frozen
class Progress:
    """How far the transfer of one item is.

    Attributes:
        item: Its name, for example that of the file.
        bytes: Bytes that are there.
        total: Bytes that there will be; None where that is not known.
        rate: Bytes per second, over the last 3 s and at the end over all the time.
        done: True in the last call for the item, which comes when all of it is there; not where the transfer fails.
    """

    item: str
    bytes: int
    total: int | None
    rate: float
    done: bool


class Meter:
    """Counts the bytes of one transfer, from any count of threads, and tells a callback at most every 0.1 s and at the end.

    The callback runs in a thread of the transfer, never in two at once for one meter; one that raises ends the transfer.

    Args:
        item: Name of what is moved.
        total: Bytes that there will be; None where that is not known.
        callback: What to tell; None counts only.

    Attributes:
        item: Name of what is moved.
        total: Bytes that there will be; may be set while it counts.

    Example:
        >>> from orionclient.transfer.progress import Meter
        >>> meter = Meter("hits.sdf", 3, lambda progress: print(progress.item, progress.bytes, progress.done))
        >>> meter.add(3)
        >>> meter.finish()
        hits.sdf 3 True
    """

    def __init__(self, item: str, total: int | None, callback: Callable[[Progress], object] | None = None) -> None:
        self.item = item
        self.total = total
        self._callback = callback
        self._lock = threading.Lock()
        self._report_lock = threading.Lock()
        self._bytes = self._moved = 0
        self._start = self._last = CLOCK.monotonic()
        self._finished = False
        # When it was told, and what had been moved by then.
        self._samples: deque[tuple[float, int]] = deque([(self._start, 0)])

    @property
    def bytes(self) -> int:
        """Bytes that are there."""
        return self._bytes

    def add(self, count: int, *, moved: bool = True) -> None:
        """Count bytes.

        Args:
            count: How many more are there.
            moved: False where they were there before, from an earlier run: they do not count for the rate.
        """
        with self._lock:
            self._bytes += count
            self._moved += count if moved else 0
        if self._callback is None or CLOCK.monotonic() - self._last < _INTERVAL_SECONDS:
            return
        # A thread that finds another one telling resumes its work.
        if self._report_lock.acquire(blocking=False):
            try:
                now = CLOCK.monotonic()
                if now - self._last >= _INTERVAL_SECONDS and not self._finished:
                    self._report(now, done=False)
            finally:
                self._report_lock.release()

    def rewind(self, count: int) -> None:
        """Take bytes back that have to be moved again.

        Args:
            count: How many.
        """
        with self._lock:
            self._bytes = max(0, self._bytes - count)

    def finish(self) -> None:
        """Tell that all of it is there; a second time does nothing."""
        with self._report_lock:
            if not self._finished:
                self._finished = True
                self._report(CLOCK.monotonic(), done=True)

    def _report(self, now: float, *, done: bool) -> None:
        if self._callback is None:
            return
        with self._lock:
            there, moved = self._bytes, self._moved
        self._last = now
        since, before = (self._start, 0) if done else self._samples[0]
        rate = (moved - before) / (now - since) if now > since else 0.0
        self._samples.append((now, moved))
        while len(self._samples) > 1 and now - self._samples[1][0] >= _WINDOW_SECONDS:
            self._samples.popleft()
        self._callback(Progress(self.item, there, self.total, rate, done))
