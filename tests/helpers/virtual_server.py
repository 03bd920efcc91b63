"""A simulation of a rate-limited server and its clients in virtual time; it depends on a seed, not on the machine."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import attrs

from orionclient._requesting.limits import clear_limiters
from orionclient._requesting.retry import Policy
from orionclient._requesting.retry_loop import CallOptions, Flow, RetryLoop, Wait
from orionclient._runtime.clock import CLOCK
from orionclient._transport.request import PreparedRequest
from orionclient._transport.response import Headers, Response
from orionclient.exceptions import OrionError

URL = "http://virtual.example/"


@attrs.define
class Bucket:
    """The token bucket of the server: `rate` requests per second, which may change over time, and bursts of a tenth of that."""

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
    """A fixed window: `count` requests in each `seconds`, then none until the next window starts."""

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
class RunResult:
    """The figures of a run."""

    seconds: float = 0.0
    sent: int = 0
    rejected: int = 0
    failed: int = 0
    by_worker: Counter[int] = attrs.Factory(Counter)
    done_at: dict[str, list[float]] = attrs.Factory(dict)
    rejected_at: list[tuple[float, str]] = attrs.Factory(list)

    @property
    def rejected_share(self) -> float:
        return self.rejected / self.sent


@attrs.define
class Virtual:
    """Workers that send requests to a server, each waiting for the response before the next request.

    Attributes:
        allows: Operation, seconds from the start -> whether the server accepts a request.
        retry_after: Seconds from the start -> the `Retry-After` header of a 429; None for none.
        latency: Seconds from the request to its response.
        noise: Maximum of the random seconds that are added to each direction and each wait.
        seed: Decides the noise and the jitter.
    """

    allows: Callable[[str, float], bool]
    retry_after: Callable[[float], str | None] = lambda _: None
    latency: float = 0.02
    noise: float = 0.002
    seed: int = 1
    now: float = 0.0
    result: RunResult = attrs.Factory(RunResult)
    _options: CallOptions = attrs.Factory(lambda: CallOptions(Policy()))
    _events: list[tuple[float, int, Callable[[], None]]] = attrs.Factory(list)
    _serial: int = 0
    _chance: random.Random = attrs.Factory(lambda self: random.Random(self.seed), takes_self=True)

    def run(self, *jobs: tuple[Iterable[str], int]) -> RunResult:
        """Run pairs of an iterable of operation names and a number of workers that share it."""
        with self._clock():
            queues = [queue for operations, workers in jobs for queue in [iter(operations)] * workers]
            for worker, queue in enumerate(queues):
                self._schedule(self._chance.uniform(0, 0.03), self._start, worker, queue)
            while self._events:
                self.now, _, do = heapq.heappop(self._events)
                do()
        return self.result

    def _schedule(self, seconds: float, do: Callable[..., None], *arguments: Any) -> None:
        self._serial += 1
        heapq.heappush(self._events, (self.now + seconds, self._serial, partial(do, *arguments)))

    def _start(self, worker: int, jobs: Iterator[str]) -> None:
        if (operation := next(jobs, None)) is not None:
            out = PreparedRequest(method="GET", url=URL, action=operation, operation=operation)
            call = _Call(worker, jobs, operation, RetryLoop(out, self._options, None).steps())
            self._advance(call, None)

    def _advance(self, call: _Call, result: Response | None) -> None:
        try:
            while not isinstance(step := call.flow.send(result), PreparedRequest | Wait):
                result = None
        except StopIteration as stop:
            self._finish(call, good=stop.value.status_code == 200)
        except OrionError:
            self._finish(call, good=False)
        else:
            late = self._chance.uniform(0, self.noise)
            if isinstance(step, Wait):
                self._schedule(step.seconds + late, self._advance, call, None)
            else:
                self._schedule(self.latency / 2 + late, self._arrive, call)

    def _arrive(self, call: _Call) -> None:
        status, headers = 200, {}
        self.result.sent += 1
        if not self.allows(call.operation, self.now):
            status = 429
            self.result.rejected += 1
            self.result.rejected_at.append((self.now, call.operation))
            if (value := self.retry_after(self.now)) is not None:
                headers["Retry-After"] = value
        response = Response(status, Headers(headers.items()), URL, content=b"{}")
        self._schedule(self.latency / 2 + self._chance.uniform(0, self.noise), self._advance, call, response)

    def _finish(self, call: _Call, *, good: bool) -> None:
        self.result.failed += not good
        self.result.by_worker[call.worker] += good
        self.result.done_at.setdefault(call.operation, []).append(self.now)
        self.result.seconds = self.now
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
