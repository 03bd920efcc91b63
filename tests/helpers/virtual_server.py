"""A rate-limited server and its clients in virtual time: what they do depends on a seed, never on the machine."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import attrs

from orionclient._clock import CLOCK
from orionclient._limits import clear_limiters
from orionclient._messages import Attempt, Headers, Response
from orionclient._retry import Policy
from orionclient._retry_loop import CallOptions, Flow, PreparedRequest, RetryLoop, Wait
from orionclient.exceptions import OrionError

URL = "http://virtual.example/"


@attrs.define
class Bucket:
    """A token bucket, as of the server: `rate` requests a second, which may change with the time, and bursts of a tenth of that."""

    rate: Callable[[float], float]
    burst: float = 0.1
    _tokens: float = -1.0
    _at: float = 0.0

    def allows(self, now: float) -> bool:
        rate = self.rate(now)
        most = max(1.0, rate * self.burst)
        self._tokens = most if self._tokens < 0 else min(most, self._tokens + (now - self._at) * rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@attrs.define
class Window:
    """`count` requests in each `seconds`, then none until the next window begins."""

    count: int
    seconds: float
    _window: int = -1
    _used: int = 0

    def allows(self, now: float) -> bool:
        if (window := int(now / self.seconds)) != self._window:
            self._window, self._used = window, 0
        self._used += 1
        return self._used <= self.count

    def opens_in(self, now: float) -> float:
        return self.seconds - now % self.seconds


@attrs.define
class Reported:
    """What came of a run."""

    seconds: float = 0.0
    sent: int = 0
    rejected: int = 0
    failed: int = 0
    by_worker: Counter[int] = attrs.Factory(Counter)
    done_at: dict[str, list[float]] = attrs.Factory(dict)
    rejected_at: list[tuple[float, str]] = attrs.Factory(list)

    @property
    def share_rejected(self) -> float:
        return self.rejected / self.sent


@attrs.define
class Virtual:
    """Workers that send one request after another to a server, each waiting for its response.

    Attributes:
        allows: Operation, seconds from the start -> whether the server takes a request then.
        retry_after: Seconds from the start -> the header of a 429; None for none.
        latency: Seconds from the request to its response.
        noise: Up to so many seconds more for each way, and for each wait.
        seed: Decides the noise and the jitter.
    """

    allows: Callable[[str, float], bool]
    retry_after: Callable[[float], str | None] = lambda _: None
    latency: float = 0.02
    noise: float = 0.002
    seed: int = 1
    now: float = 0.0
    reported: Reported = attrs.Factory(Reported)
    _terms: CallOptions = attrs.Factory(lambda: CallOptions(Policy()))
    _events: list[tuple[float, int, Callable[[], None]]] = attrs.Factory(list)
    _serial: int = 0
    _chance: random.Random = attrs.Factory(lambda self: random.Random(self.seed), takes_self=True)

    def run(self, *jobs: tuple[Iterable[str], int]) -> Reported:
        """Let so many workers each do the jobs (names of operations) of an iterable, which they share."""
        with self._clock():
            queues = [queue for operations, workers in jobs for queue in [iter(operations)] * workers]
            for worker, queue in enumerate(queues):
                self._in(self._chance.uniform(0, 0.03), self._start, worker, queue)
            while self._events:
                self.now, _, do = heapq.heappop(self._events)
                do()
        return self.reported

    def _in(self, seconds: float, do: Callable[..., None], *arguments: Any) -> None:
        self._serial += 1
        heapq.heappush(self._events, (self.now + seconds, self._serial, partial(do, *arguments)))

    def _start(self, worker: int, jobs: Iterator[str]) -> None:
        if (operation := next(jobs, None)) is not None:
            out = PreparedRequest(method="GET", url=URL, action=operation, operation=operation)
            call = _Call(worker, jobs, operation, RetryLoop(out, self._terms, None).steps())
            self._advance(call, None)

    def _advance(self, call: _Call, result: Response | None) -> None:
        try:
            while not isinstance(step := call.flow.send(result), Attempt | Wait):
                result = None
        except StopIteration as stop:
            self._finish(call, good=stop.value.status_code == 200)
        except OrionError:
            self._finish(call, good=False)
        else:
            late = self._chance.uniform(0, self.noise)
            if isinstance(step, Wait):
                self._in(step.seconds + late, self._advance, call, None)
            else:
                self._in(self.latency / 2 + late, self._arrive, call)

    def _arrive(self, call: _Call) -> None:
        status, headers = 200, {}
        self.reported.sent += 1
        if not self.allows(call.operation, self.now):
            status = 429
            self.reported.rejected += 1
            self.reported.rejected_at.append((self.now, call.operation))
            if (value := self.retry_after(self.now)) is not None:
                headers["Retry-After"] = value
        response = Response(status, Headers(headers.items()), URL, content=b"{}")
        self._in(self.latency / 2 + self._chance.uniform(0, self.noise), self._advance, call, response)

    def _finish(self, call: _Call, *, good: bool) -> None:
        self.reported.failed += not good
        self.reported.by_worker[call.worker] += good
        self.reported.done_at.setdefault(call.operation, []).append(self.now)
        self.reported.seconds = self.now
        self._start(call.worker, call.jobs)

    @contextmanager
    def _clock(self) -> Iterator[None]:
        before = (CLOCK.monotonic, CLOCK.time, CLOCK.uniform)
        CLOCK.monotonic = CLOCK.time = lambda: self.now
        CLOCK.uniform = self._chance.uniform
        clear_limiters()
        try:
            yield
        finally:
            CLOCK.monotonic, CLOCK.time, CLOCK.uniform = before
            clear_limiters()


class _Call(NamedTuple):
    worker: int
    jobs: Iterator[str]
    operation: str
    flow: Flow
