"""Ends transfers that are slower than a minimum rate: a body that drips would otherwise never end."""

from __future__ import annotations

from typing import Final

# A body that is slower than this rate for this time is stalled.
MIN_RATE: Final = 100  # bytes per second
STALL_SECONDS: Final = 60.0


class StalledError(TimeoutError):
    """The transfer is slower than the minimum rate."""


class StallWatch:
    """Measures the rate of a transfer while it waits for the server; the time that the caller needs between two chunks does not count.

    Args:
        timeout: Timeout of the request in seconds. A longer one than `STALL_SECONDS` replaces it.
    """

    def __init__(self, timeout: float) -> None:
        self._limit = max(STALL_SECONDS, timeout)
        self._seconds = 0.0
        self._count = 0

    def record(self, count: int, seconds: float) -> None:
        """Record received bytes.

        Args:
            count: Count of bytes.
            seconds: Time that they took to arrive.

        Raises:
            StalledError: The transfer is slower than the minimum rate.
        """
        self._count += count
        self._seconds += seconds
        if self._seconds < self._limit:
            return
        if self._count < self._seconds * MIN_RATE:
            raise StalledError(f"the transfer stalled: less than {MIN_RATE} bytes/s for {self._seconds:.0f} s")
        self._seconds, self._count = 0.0, 0
