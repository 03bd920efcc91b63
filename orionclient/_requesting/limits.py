"""Retry quota of a session, and a client-side rate limiter per origin, shared by all threads of the process."""

from __future__ import annotations

import os
from collections import deque
from typing import Final

from attrs import define, evolve

from orionclient._runtime.locks import ForkLock

# A failing service is retried some 35 times before the quota is used up.
QUOTA_SIZE: Final = 500
_REFUND: Final = 1


class RetryQuota:
    """Token bucket that limits the retries of a session; successful calls refill it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = ForkLock()
        #: Number of tokens left.
        self.remaining: int = QUOTA_SIZE

    def acquire(self, cost: int) -> bool:
        """Take tokens for a retry.

        Args:
            cost: Number of tokens.

        Returns:
            False if there are not enough tokens; then none are taken.
        """
        with self._lock:
            if cost > self.remaining:
                return False
            self.remaining -= cost
            return True

    def release(self, charged: int) -> None:
        """Return the tokens of a call that succeeded, and one token for a call that took none.

        Args:
            charged: Number of tokens that the call took.
        """
        if not charged and self.remaining >= QUOTA_SIZE:
            return
        with self._lock:
            self.remaining = min(QUOTA_SIZE, self.remaining + (charged or _REFUND))


# Initial rate in requests per second, after a 429 before which no rate could be measured, and the minimum rate.
_INITIAL_RATE: Final = 40.0
_MIN_RATE: Final = 0.05
# Share of the measured limit that is used, so that the server's token bucket refills and absorbs bursts.
_SHARE: Final = 0.98
# While probing above the known limit, the rate doubles in this time: seconds, and at least so many requests.
_DOUBLING_SECONDS: Final = 0.25
_DOUBLING_REQUESTS: Final = 12
# Maximum time at the known limit before it is probed, in units of the doubling time.
_MAX_PLATEAU: Final = 32.0
# Seconds that a request waits after a 429 without Retry-After.
_BACK_OFF: Final = 1.0
# Seconds without a wait and without a 429 after which a limit is dropped.
FORGET_SECONDS: Final = 30.0
# Count of consecutive 429s that are taken for a pattern.
_RUN_LENGTH: Final = 3


@define
class LearnedRate:
    """The rate limit of a server, learned from its responses. The time is passed in; not thread-safe.

    At every 429 the server's token bucket is empty, so the rate served between two 429s is the limit. The client stays slightly below it
    for a while (the plateau), then doubles its rate until the next 429 shows whether the limit is unchanged. As long as it is, the
    plateaus get longer; after the limit has fallen they stay short, because it may rise again. After each confirmation the client tries
    a third of the way up (the trial), since a server with a small bucket rejects requests before its limit can be measured.

    Attributes:
        limit: Requests per second that the server allows, as far as known; None before the first 429.
    """

    limit: float | None = None
    # Time of the next request, time of the last cut, and time at which the rate starts to double.
    _next: float = 0.0
    _cut_at: float = float("-inf")
    _probe_at: float = 0.0
    # Length of the plateau; 0 while the limit is a guess, or has to be measured again immediately.
    _interval: float = 0.0
    # The rate that is known to be accepted (0 if unknown), and the limit before it fell.
    _sustained: float = 0.0
    _previous_limit: float = 0.0
    # Latency of the last 429, so that the rate does not double faster than the server can respond.
    _latency: float = 0.0
    # Since the last cut: seconds without requests, and count of responses other than 429.
    _idle: float = 0.0
    _served: int = 0
    # Count of consecutive cuts without a served request between them.
    _consecutive_cuts: int = 0
    # Time at which the limit was last needed.
    _last_used: float = 0.0

    def _doubling_time(self) -> float:
        return max(_DOUBLING_SECONDS, _DOUBLING_REQUESTS / (self.limit or _INITIAL_RATE), 4 * self._latency)

    def _shortest_plateau(self, wait: float) -> float:
        """Return the minimum length of a plateau: the longer a rejected request has to wait, the less often the limit is probed."""
        return max(2 * self._doubling_time(), wait / 2)

    def _rate_at(self, at: float) -> float:
        """Return the rate in requests per second at a time, if no 429 is received before it."""
        doublings = max(0.0, at - self._probe_at) / self._doubling_time()
        return (self.limit or _INITIAL_RATE) * _SHARE * 2 ** min(doublings, 20)

    def reserve(self, now: float) -> float:
        """Reserve the next slot for a request.

        Args:
            now: The current time.

        Returns:
            Seconds to wait until the slot.
        """
        if self.limit is not None and now - self._last_used > FORGET_SECONDS:
            self.limit = None
        if self.limit is None:
            return 0.0
        start = max(now, self._next)
        if start > now:
            self._last_used = max(self._last_used, now)
        else:
            # Idle time says nothing about the limit.
            self._probe_at += now - self._next
            self._idle += now - self._next
        self._next = start + 1 / self._rate_at(start)
        return start - now

    def record_served(self) -> None:
        """Count a response other than 429."""
        self._served += 1
        self._consecutive_cuts = 0

    def is_stale(self, at: float) -> bool:
        """Check whether the rate was cut after a time: a slot reserved then is void, and a 429 for a request sent then is outdated.

        Args:
            at: The time.

        Returns:
            True if the rate was cut after it.
        """
        return at < self._cut_at

    def cut(self, sent: float, now: float, requested: float | None, recent: float) -> None:
        """Reduce the rate after a 429 that is not outdated.

        Args:
            sent: Time at which the request was sent.
            now: The current time.
            requested: Seconds of `Retry-After`; None if missing.
            recent: Responses per second before the first 429.
        """
        self._consecutive_cuts += 1
        if self.limit is None:
            # A burst may have been served far above the limit.
            self.limit = max(_INITIAL_RATE, recent / 2)
            self._sustained = self._previous_limit = self._interval = plateau = hold = 0.0
            self._consecutive_cuts = 1
        else:
            rate, self._latency = self._rate_at(sent), now - sent
            wait = _BACK_OFF if requested is None else requested
            if self._consecutive_cuts < _RUN_LENGTH:
                hold, plateau = 0.0, self._learn(self.limit, rate, now, wait)
            else:
                # All requests are rejected: the server is blocked until the end of Retry-After, which says nothing about the rate.
                hold, plateau = wait, self._shortest_plateau(wait)
        self._served, self._cut_at, self._idle = 0, now, 0.0
        self._next = now + max(hold, 2 / self.limit)
        self._probe_at = self._next + plateau
        self._last_used = now + (requested or 0.0)

    def _learn(self, before: float, rate: float, now: float, wait: float) -> float:
        """Update the limit from the previous one, the rejected rate and the wait after a rejection; return the length of the plateau."""
        unit, period, interval = self._doubling_time(), now - self._cut_at - self._idle, self._interval
        served = self._served / period if period > 0 else 0.0
        few, on_plateau = period < 0.4 * unit and self._served < 24, now <= self._probe_at
        plateau = self._interval = shortest = self._shortest_plateau(wait)
        if on_plateau and 0 < self._sustained < before:
            # The trial failed.
            self.limit = self._sustained = max(self._sustained, 0.0 if few else min(served, before))
            plateau = self._interval = interval
        elif few and not (self._sustained and not interval):
            # Too few requests were served for a measurement: the limit is far below.
            self._previous_limit = max(self._previous_limit, before if interval else 0.0)
            self.limit = max(_MIN_RATE, before / 2)
            self._sustained = self._interval = plateau = 0.0
        elif few:
            # The limit was just measured, and a higher rate is rejected immediately.
            self.limit = self._sustained = before
        elif on_plateau:
            self.limit = self._sustained = min(before * 0.97, max(served, before * 0.9))
        elif rate > 3 * before:
            # The rate was far above the known limit: the limit has risen.
            self.limit = max(served, before, 0.4 * rate)
            self._sustained = self._interval = plateau = 0.0
        else:
            self.limit = self._sustained = found = max(served, before if interval else _MIN_RATE)
            if found > before * (1.05 if interval else 1.25):
                # The rate was too low for long, so the bucket overflowed and the limit is above the served rate: measure again immediately.
                self._interval = plateau = 0.0
            else:
                stable = found > 0.8 * self._previous_limit
                grown = max(3 * interval, 4 * wait) if stable else 1.1 * interval
                plateau = self._interval = max(min(grown, _MAX_PLATEAU * unit), shortest)
                trial = found + (rate - found) / 3
                if trial > found * 1.05 and (stable or rate < 1.7 * found):
                    self.limit, plateau = trial, shortest
        return plateau


@define
class _RejectionRun:
    """Consecutive 429s of one operation, with the counts of its own and of other requests that were served meanwhile."""

    operation: str
    before: LearnedRate
    rejected: int = 0
    own: int = 0
    others: int = 0

    def is_operation_limit(self) -> bool:
        """Check whether the limit belongs to the operation: a limit of the origin would have affected other operations, too."""
        return self.rejected >= _RUN_LENGTH and self.others > 0 and self.rejected * self.others >= 5 * self.own


class RateLimiter:
    """Throttles the requests of all threads to one origin to the rate that its server accepts. No overhead before the first 429.

    An operation with three consecutive 429s, while other operations succeed, gets its own rate, so that only it is throttled; the others
    continue with the rate before the first of the three. When its limit is dropped, it uses the shared rate again.
    """

    def __init__(self) -> None:
        self._lock = ForkLock()
        self._shared = LearnedRate()
        self._own: dict[str, LearnedRate] = {}
        self._run: _RejectionRun | None = None
        self._recent: deque[float] = deque(maxlen=64)

    def reserve(self, operation: str, now: float) -> float:
        """Reserve the next slot for a request.

        Args:
            operation: Id of the operation.
            now: The current time on the monotonic clock.

        Returns:
            Seconds to wait; 0 without a limit.
        """
        if self._shared.limit is None and not self._own:
            # Without a limit no lock is needed.
            return 0.0
        with self._lock:
            return self._get_rate(operation).reserve(now)

    def is_stale(self, operation: str, reserved: float) -> bool:
        """Check whether a slot is void because the rate was cut after the reservation; then it has to be reserved again.

        Args:
            operation: Id of the operation.
            reserved: Time of the reservation.

        Returns:
            True if the slot is void.
        """
        return self._get_rate(operation).is_stale(reserved)

    def record_served(self, operation: str, now: float) -> None:
        """Record a response other than 429.

        Args:
            operation: Id of the operation.
            now: The current time.
        """
        self._recent.append(now)
        if self._shared.limit is None and not self._own:
            return
        with self._lock:
            self._get_rate(operation).record_served()
            if self._run is not None:
                self._run.own += self._run.operation == operation
                self._run.others += self._run.operation != operation

    def record_rejected(self, operation: str, sent: float, now: float, requested: float | None) -> None:
        """Record a 429.

        Args:
            operation: Id of the operation.
            sent: Time at which the request was sent.
            now: The current time.
            requested: Seconds of `Retry-After`; None if missing.
        """
        with self._lock:
            rate = self._get_rate(operation)
            if rate.is_stale(sent):
                return
            if rate is self._shared:
                run = self._run
                if run is None or run.operation != operation or rate.limit is None:
                    run = self._run = _RejectionRun(operation, evolve(rate))
                run.rejected += 1
                if run.is_operation_limit():
                    # The previous limit of the origin says nothing about the operation.
                    rate = self._own[operation] = evolve(rate, previous_limit=0.0)
                    self._shared, self._run = run.before, None
            recent = self._recent
            rate.cut(sent, now, requested, len(recent) / max(now - recent[0], _DOUBLING_SECONDS) if recent else 0.0)

    def _get_rate(self, operation: str) -> LearnedRate:
        own = self._own.get(operation)
        if own is not None and own.limit is None:
            self._own.pop(operation, None)
            own = None
        return own or self._shared


_LIMITERS: Final[dict[tuple[str, str, int], RateLimiter]] = {}


def get_limiter(origin: tuple[str, str, int]) -> RateLimiter:
    """Get the rate limiter of an origin.

    Args:
        origin: Scheme, host and port.

    Returns:
        The limiter, shared by all sessions of the process.
    """
    return _LIMITERS.get(origin) or _LIMITERS.setdefault(origin, RateLimiter())


def clear_limiters() -> None:
    """Drop all learned rate limits."""
    _LIMITERS.clear()


if hasattr(os, "register_at_fork"):
    # A forked child has only a share of the limit and learns it anew.
    os.register_at_fork(after_in_child=clear_limiters)
