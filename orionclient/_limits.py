"""What slows a process down: the quota of a session, and the pace towards a server."""

from __future__ import annotations

from typing import Final

from orionclient._locks import ForkLock

# A dead service stops being asked after some 35 repeats.
QUOTA: Final = 500
_REFUND: Final = 1


class Quota:
    """What a session may spend on repeats; success earns it back. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = ForkLock()
        self._left = QUOTA

    @property
    def left(self) -> int:
        """What is left."""
        return self._left

    def spend(self, cost: int) -> bool:
        """Pay for a repeat.

        Args:
            cost: Its price.

        Returns:
            False where there is not enough left; then nothing is paid.
        """
        with self._lock:
            if cost > self._left:
                return False
            self._left -= cost
            return True

    def earn(self, charged: int) -> None:
        """Get back what a call has paid that succeeded, and a little for one that paid nothing.

        Args:
            charged: What it paid.
        """
        if not charged and self._left >= QUOTA:
            return
        with self._lock:
            self._left = min(QUOTA, self._left + (charged or _REFUND))


class Pace:
    """The pace that all threads of a process keep towards one server, slowed down by its 429 and recovering with success."""

    def __init__(self) -> None:
        self._lock = ForkLock()
        self._hold = 0.0
        self._next = 0.0
        self._gap = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place in the row.

        Args:
            now: The time on the clock that never goes back.

        Returns:
            Seconds to wait; 0 where nothing slows down.
        """
        if not self._gap and now >= self._hold and now >= self._next:
            # Nobody waits, and nobody has to wait for this one.
            return 0.0
        with self._lock:
            start = max(now, self._hold, self._next)
            self._next = start + self._gap
            return start - now

    def slow_down(self, now: float, wait: float) -> None:
        """Take note of a 429.

        Args:
            now: The time on the clock that never goes back.
            wait: Seconds that the server, or the jitter, asks to wait.
        """
        with self._lock:
            if now >= self._hold:
                # Answers to requests that were under way together are one sign, not many.
                self._gap = min(1.0, max(0.01, self._gap * 2))
            self._hold = max(self._hold, now + wait)

    def recover(self) -> None:
        """Take note of a success."""
        if self._gap:
            with self._lock:
                self._gap = self._gap * 0.9 if self._gap > 0.001 else 0.0


_PACES: Final[dict[tuple[str, str, int], Pace]] = {}


def pace_of(origin: tuple[str, str, int]) -> Pace:
    """Find the pace towards a server.

    Args:
        origin: Its scheme, host and port.

    Returns:
        The pace, one for all sessions of the process.
    """
    return _PACES.get(origin) or _PACES.setdefault(origin, Pace())


def forget_paces() -> None:
    """Let every server be asked at full speed again."""
    _PACES.clear()
