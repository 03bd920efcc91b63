"""Report the progress of transfers to callbacks."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import frozen

from orionclient._runtime.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Meter", "Progress"]

# Interval between two calls of the callback, and the window of the rate, in seconds.
_INTERVAL_SECONDS: Final = 0.1
_WINDOW_SECONDS: Final = 3.0


@frozen
class Progress:
    """Progress of the transfer of one item.

    Attributes:
        item: Name of the item, for example of the file.
        bytes: Number of bytes transferred, including those of an earlier run.
        total: Total number of bytes; None if it is unknown.
        rate: Bytes per second over the last 3 s; in the last call over the whole transfer.
        done: True in the last call, when the transfer is complete; never for a failed transfer.
    """

    item: str
    bytes: int
    total: int | None
    rate: float
    done: bool


class Meter:
    """Counts the bytes of one transfer, from any number of threads, and calls a callback at most every 0.1 s and at the end.

    The callback runs in a thread of the transfer, never concurrently for one meter. An exception that it raises cancels the transfer.

    Args:
        item: Name of the item.
        total: Total number of bytes; None if it is unknown.
        callback: Progress callback; None only counts.

    Attributes:
        item: Name of the item.
        total: Total number of bytes; may be set during the transfer.

    Example:
        >>> from orionclient._transfer.progress import Meter
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
        # Time of each call of the callback, and the bytes moved by then.
        self._samples: deque[tuple[float, int]] = deque([(self._start, 0)])

    @property
    def bytes(self) -> int:
        """Number of bytes transferred."""
        return self._bytes

    def add(self, count: int, *, moved: bool = True) -> None:
        """Count bytes.

        Args:
            count: Number of additional bytes.
            moved: False for bytes of an earlier run, which do not count for the rate.
        """
        with self._lock:
            self._bytes += count
            self._moved += count if moved else 0
        if self._callback is None or CLOCK.monotonic() - self._last < _INTERVAL_SECONDS:
            return
        # If another thread is reporting, continue without waiting.
        if self._report_lock.acquire(blocking=False):
            try:
                now = CLOCK.monotonic()
                if now - self._last >= _INTERVAL_SECONDS and not self._finished:
                    self._report(now, done=False)
            finally:
                self._report_lock.release()

    def rewind(self, count: int) -> None:
        """Subtract bytes that have to be transferred again.

        Args:
            count: Number of bytes.
        """
        with self._lock:
            self._bytes = max(0, self._bytes - count)

    def finish(self) -> None:
        """Report the transfer as complete. Has no effect when called again."""
        with self._report_lock:
            if not self._finished:
                self._finished = True
                self._report(CLOCK.monotonic(), done=True)

    def _report(self, now: float, *, done: bool) -> None:
        if self._callback is None:
            return
        with self._lock:
            count, moved = self._bytes, self._moved
        self._last = now
        since, before = (self._start, 0) if done else self._samples[0]
        rate = (moved - before) / (now - since) if now > since else 0.0
        self._samples.append((now, moved))
        while len(self._samples) > 1 and now - self._samples[1][0] >= _WINDOW_SECONDS:
            self._samples.popleft()
        self._callback(Progress(self.item, count, self.total, rate, done))
