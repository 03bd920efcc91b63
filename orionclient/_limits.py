"""The retry quota of a session, and the rate limiter that all threads of the process share for each origin."""

from __future__ import annotations

import os
from collections import deque
from typing import Final

from attrs import define, evolve

from orionclient._locks import ForkLock

# A dead service stops being asked after some 35 retries.
QUOTA_SIZE: Final = 500
_REFUND: Final = 1


class RetryQuota:
    """What a session may spend on retries; success earns it back. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = ForkLock()
        self._left = QUOTA_SIZE

    @property
    def left(self) -> int:
        """What is left."""
        return self._left

    def spend(self, cost: int) -> bool:
        """Pay for a retry.

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
        if not charged and self._left >= QUOTA_SIZE:
            return
        with self._lock:
            self._left = min(QUOTA_SIZE, self._left + (charged or _REFUND))


# Requests per second after a 429 before which nothing was served that could be measured, and the fewest ever.
_INITIAL_RATE: Final = 40.0
_MIN_RATE: Final = 0.05
# Used of the measured limit, so that the server's token bucket fills and absorbs uneven sending.
_SHARE: Final = 0.98
# Time in which the rate doubles while more than the known limit is tried: seconds, and never fewer than so many requests.
_DOUBLING_SECONDS: Final = 0.25
_DOUBLING_REQUESTS: Final = 12
# Longest time at the known limit before more is tried, in units of the time to double.
_MAX_PLATEAU: Final = 32.0
# Seconds that a request waits after a 429 that names no time.
_BACK_OFF: Final = 1.0
# Seconds without a wait and without a 429 after which a limit is forgotten.
FORGET_SECONDS: Final = 30.0
# 429s in a row that are taken for a pattern, not for chance.
_RUN_LENGTH: Final = 3


@define
class LearnedRate:
    """The rate that a server allows, learned from its responses. The time is passed in; not safe to share between threads.

    At every 429 the server's token bucket is empty, so what was served between two of them is what the server allows. The rate stays
    a little below that for a while (the plateau), then it doubles again and again until the next 429 tells whether the limit is
    still the same. While it is, the plateaus get longer; after the limit fell they stay short, because it may rise again. After each
    confirmation a third of the way up is tried (the trial): a server with a small bucket rejects before its limit can be measured.

    Attributes:
        limit: Requests per second that the server allows, as far as known; None before the first 429.
    """

    limit: float | None = None
    # When the next request may go, when the rate was cut last, and when it begins to double.
    _next: float = 0.0
    _cut_at: float = float("-inf")
    _probe_at: float = 0.0
    # Length of the plateau; 0 while the limit is a guess, or has to be measured again at once.
    _interval: float = 0.0
    # What is known to pass (0 if nothing is), and the limit before it fell.
    _sustained: float = 0.0
    _former: float = 0.0
    # Of the last 429, so that the rate does not double faster than the server can tell.
    _latency: float = 0.0
    # Since the last cut: seconds in which nobody sent, and responses that are no 429.
    _idle: float = 0.0
    _served: int = 0
    # Cuts in a row with nothing served between them.
    _in_vain: int = 0
    # When the limit last mattered.
    _needed: float = 0.0

    def _unit(self) -> float:
        return max(_DOUBLING_SECONDS, _DOUBLING_REQUESTS / (self.limit or _INITIAL_RATE), 4 * self._latency)

    def _shortest(self, wait: float) -> float:
        """Tell the length of the shortest plateau: a rejection costs its request the wait, so dear ones are risked less often."""
        return max(2 * self._unit(), wait / 2)

    def _rate(self, at: float) -> float:
        """Tell the requests per second at a time, if no 429 comes before it."""
        doublings = max(0.0, at - self._probe_at) / self._unit()
        return (self.limit or _INITIAL_RATE) * _SHARE * 2 ** min(doublings, 20)

    def reserve(self, now: float) -> float:
        """Take the next place in the queue.

        Args:
            now: The time.

        Returns:
            Seconds to wait.
        """
        if self.limit is not None and now - self._needed > FORGET_SECONDS:
            self.limit = None
        if self.limit is None:
            return 0.0
        start = max(now, self._next)
        if start > now:
            self._needed = max(self._needed, now)
        else:
            # Time in which nobody asked for more proves nothing.
            self._probe_at += now - self._next
            self._idle += now - self._next
        self._next = start + 1 / self._rate(start)
        return start - now

    def record_served(self) -> None:
        """Count a response that is no 429."""
        self._served += 1
        self._in_vain = 0

    def is_stale(self, at: float) -> bool:
        """Tell whether the rate was cut since a time: what was planned then is void, and a 429 to what was sent then is no news.

        Args:
            at: The time.

        Returns:
            Whether it was.
        """
        return at < self._cut_at

    def cut(self, sent: float, now: float, requested: float | None, recent: float) -> None:
        """Slow down after a 429 that is news.

        Args:
            sent: When the request was sent.
            now: The time.
            requested: Seconds that the server asks to wait; None if it names none.
            recent: Responses per second before the first 429.
        """
        self._in_vain += 1
        if self.limit is None:
            # What was served in a burst may be far above the limit.
            self.limit = max(_INITIAL_RATE, recent / 2)
            self._sustained = self._former = self._interval = plateau = hold = 0.0
            self._in_vain = 1
        else:
            rate, self._latency = self._rate(sent), now - sent
            wait = _BACK_OFF if requested is None else requested
            if self._in_vain < _RUN_LENGTH:
                hold, plateau = 0.0, self._learn(self.limit, rate, now, wait)
            else:
                # Nothing passes any more: the server is closed until the time that it names, which says nothing of the rate.
                hold, plateau = wait, self._shortest(wait)
        self._served, self._cut_at, self._idle = 0, now, 0.0
        self._next = now + max(hold, 2 / self.limit)
        self._probe_at = self._next + plateau
        self._needed = now + (requested or 0.0)

    def _learn(self, before: float, rate: float, now: float, wait: float) -> float:
        """Set the limit anew, from the one before, the rate that was too high and the wait of a rejection; gives the plateau."""
        unit, period, interval = self._unit(), now - self._cut_at - self._idle, self._interval
        served = self._served / period if period > 0 else 0.0
        few, on_plateau = period < 0.4 * unit and self._served < 24, now <= self._probe_at
        plateau = self._interval = shortest = self._shortest(wait)
        if on_plateau and 0 < self._sustained < before:
            # The trial failed.
            self.limit = self._sustained = max(self._sustained, 0.0 if few else min(served, before))
            plateau = self._interval = interval
        elif few and not (self._sustained and not interval):
            # Too little to measure anything: the limit is far below.
            self._former = max(self._former, before if interval else 0.0)
            self.limit = max(_MIN_RATE, before / 2)
            self._sustained = self._interval = plateau = 0.0
        elif few:
            # It was measured just now, and more is rejected at once.
            self.limit = self._sustained = before
        elif on_plateau:
            self.limit = self._sustained = min(before * 0.97, max(served, before * 0.9))
        elif rate > 3 * before:
            # Far above what was known: the limit rose.
            self.limit = max(served, before, 0.4 * rate)
            self._sustained = self._interval = plateau = 0.0
        else:
            self.limit = self._sustained = found = max(served, before if interval else _MIN_RATE)
            if found > before * (1.05 if interval else 1.25):
                # Too low for long, so the bucket ran over and more was allowed than served: measure again at once.
                self._interval = plateau = 0.0
            else:
                stable = found > 0.8 * self._former
                grown = max(3 * interval, 4 * wait) if stable else 1.1 * interval
                plateau = self._interval = max(min(grown, _MAX_PLATEAU * unit), shortest)
                trial = found + (rate - found) / 3
                if trial > found * 1.05 and (stable or rate < 1.7 * found):
                    self.limit, plateau = trial, shortest
        return plateau


@define
class _RejectionRun:
    """429s in a row that all met one operation: how many, and how many of its own and of other requests were served meanwhile."""

    operation: str
    before: LearnedRate
    rejected: int = 0
    own: int = 0
    others: int = 0

    def is_its_own(self) -> bool:
        """Tell whether the limit is one of the operation: one of the origin would have met the others too."""
        return self.rejected >= _RUN_LENGTH and self.others > 0 and self.rejected * self.others >= 5 * self.own


class RateLimiter:
    """Spaces the requests of all threads to one origin as fast as its server takes them. Costs nothing before the first 429.

    An operation that gets three 429s running while others succeed gets a rate of its own, so that it slows only itself; the others go on
    as before the first of the three. When its limit is forgotten, it shares the others' again.
    """

    def __init__(self) -> None:
        self._lock = ForkLock()
        self._shared = LearnedRate()
        self._own: dict[str, LearnedRate] = {}
        self._run: _RejectionRun | None = None
        self._recent: deque[float] = deque(maxlen=64)

    def reserve(self, operation: str, now: float) -> float:
        """Take the next place in the queue.

        Args:
            operation: Name of the operation.
            now: The time on the clock that never goes back.

        Returns:
            Seconds to wait; 0 where nothing limits.
        """
        if self._shared.limit is None and not self._own:
            # Nobody waits, and nobody has to wait for this one.
            return 0.0
        with self._lock:
            return self._rate_of(operation).reserve(now)

    def is_stale(self, operation: str, reserved: float) -> bool:
        """Tell whether a 429 has slowed down since a place was taken, which has to be taken anew then.

        Args:
            operation: Name of the operation.
            reserved: When the place was taken.

        Returns:
            Whether it has.
        """
        return self._rate_of(operation).is_stale(reserved)

    def record_served(self, operation: str, now: float) -> None:
        """Take note of a response that is no 429.

        Args:
            operation: Name of the operation.
            now: The time.
        """
        self._recent.append(now)
        if self._shared.limit is None and not self._own:
            return
        with self._lock:
            self._rate_of(operation).record_served()
            if self._run is not None:
                self._run.own += self._run.operation == operation
                self._run.others += self._run.operation != operation

    def record_rejected(self, operation: str, sent: float, now: float, requested: float | None) -> None:
        """Take note of a 429.

        Args:
            operation: Name of the operation.
            sent: When the request was sent.
            now: The time.
            requested: Seconds that the server asks to wait; None where it names none.
        """
        with self._lock:
            rate = self._rate_of(operation)
            if rate.is_stale(sent):
                return
            if rate is self._shared:
                run = self._run
                if run is None or run.operation != operation or rate.limit is None:
                    run = self._run = _RejectionRun(operation, evolve(rate))
                run.rejected += 1
                if run.is_its_own():
                    # What the origin allowed before says nothing of the operation.
                    rate = self._own[operation] = evolve(rate, former=0.0)
                    self._shared, self._run = run.before, None
            recent = self._recent
            rate.cut(sent, now, requested, len(recent) / max(now - recent[0], _DOUBLING_SECONDS) if recent else 0.0)

    def _rate_of(self, operation: str) -> LearnedRate:
        own = self._own.get(operation)
        if own is not None and own.limit is None:
            self._own.pop(operation, None)
            own = None
        return own or self._shared


_LIMITERS: Final[dict[tuple[str, str, int], RateLimiter]] = {}


def get_limiter(origin: tuple[str, str, int]) -> RateLimiter:
    """Find the rate limiter of an origin.

    Args:
        origin: Its scheme, host and port.

    Returns:
        The limiter, one for all sessions of the process.
    """
    return _LIMITERS.get(origin) or _LIMITERS.setdefault(origin, RateLimiter())


def clear_limiters() -> None:
    """Let every server be asked at full speed again."""
    _LIMITERS.clear()


if hasattr(os, "register_at_fork"):
    # A child learns the limit anew, with its share of it.
    os.register_at_fork(after_in_child=clear_limiters)
