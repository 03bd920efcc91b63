"""A rate-limited server and its clients in virtual time: what they do depends on a seed, never on the machine."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from orionclient._clock import CLOCK
from orionclient._limits import forget_limits
from orionclient._messages import Attempt, Headers, Response
from orionclient._retry import Policy
from orionclient._sender import Exchange, Outgoing, Pause, Terms
from orionclient.exceptions import OrionError

URL = "http://virtual.example/"


@attrs.define
class Bucket:
    """A token bucket, as of the server: `rate` requests a second, which may change with the time, and bursts of a tenth of that."""

    rate: Callable[[float], float]
    burst: float = 0.1
    _tokens: float = -1.0
    _at: float = 0.0

    def takes(self, now: float) -> bool:
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

    def takes(self, now: float) -> bool:
        if (window := int(now / self.seconds)) != self._window:
            self._window, self._used = window, 0
        self._used += 1
        return self._used <= self.count

    def opens_in(self, now: float) -> float:
        return self.seconds - now % self.seconds


@attrs.define
class Told:
    """What came of a run."""

    seconds: float = 0.0
    sent: int = 0
    refused: int = 0
    failed: int = 0
    by_worker: Counter[int] = attrs.Factory(Counter)
    done_at: dict[str, list[float]] = attrs.Factory(dict)
    refused_at: list[tuple[float, str]] = attrs.Factory(list)

    @property
    def share_refused(self) -> float:
        return self.refused / self.sent


@attrs.define
class Virtual:
    """Workers that send one request after another to a server, each waiting for its response.

    Attributes:
        takes: Operation, time -> whether the server takes a request now.
        retry_after: Time -> the header of a 429; None for none.
        latency: Seconds from the request to its response; half of them until it arrives.
        noise: Up to so many seconds more for each way, and for each wait.
    """

    takes: Callable[[str, float], bool]
    retry_after: Callable[[float], str | None] = lambda _: None
    latency: float = 0.02
    noise: float = 0.002
    seed: int = 1
    now: float = 1000.0

    def run(self, jobs: Iterator[str] | list[Iterator[str]], workers: int = 32, policy: Policy | None = None) -> Told:
        """Do all jobs (names of operations): those of one iterator by all workers, or those of a list by a worker each."""
        chance = random.Random(self.seed)
        each = jobs if isinstance(jobs, list) else [jobs] * workers
        terms = Terms(policy or Policy())
        told, events, serial, start = Told(), [], 0, self.now

        def at(when: float, do: Callable[[], None]) -> None:
            nonlocal serial
            heapq.heappush(events, (when, serial := serial + 1, do))

        def next_job(worker: int) -> None:
            if (operation := next(each[worker], None)) is None:
                return
            out = Outgoing(method="GET", url=URL, action=operation, operation=operation)
            advance(worker, operation, Exchange(out, terms, None).steps(), None)

        def advance(worker: int, operation: str, flow: Any, result: Response | None) -> None:
            while True:
                try:
                    step = flow.send(result)
                except StopIteration as stop:
                    good = stop.value.status_code == 200
                except OrionError:
                    good = False
                else:
                    if isinstance(step, Attempt):
                        at(self.now + self.latency / 2 + chance.uniform(0, self.noise), lambda: arrive(worker, operation, flow))
                        return
                    if isinstance(step, Pause):
                        late = chance.uniform(0, self.noise)
                        at(self.now + step.seconds + late, lambda: advance(worker, operation, flow, None))
                        return
                    result = None
                    continue
                told.failed += not good
                told.by_worker[worker] += good
                told.done_at.setdefault(operation, []).append(self.now - start)
                told.seconds = self.now - start
                at(self.now, lambda: next_job(worker))
                return

        def arrive(worker: int, operation: str, flow: Any) -> None:
            told.sent += 1
            headers, status = {}, 200
            if not self.takes(operation, self.now - start):
                told.refused += 1
                told.refused_at.append((self.now - start, operation))
                status, value = 429, self.retry_after(self.now - start)
                headers = {} if value is None else {"Retry-After": value}
            response = Response(status, Headers(headers.items()), URL, content=b"{}")
            at(self.now + self.latency / 2 + chance.uniform(0, self.noise), lambda: advance(worker, operation, flow, response))

        with self._clock(chance):
            for worker in range(len(each)):
                at(self.now + chance.uniform(0, 0.03), lambda worker=worker: next_job(worker))
            while events:
                self.now, _, do = heapq.heappop(events)
                do()
        return told

    @contextmanager
    def _clock(self, chance: random.Random) -> Iterator[None]:
        before = (CLOCK.monotonic, CLOCK.time, CLOCK.uniform)
        CLOCK.monotonic = CLOCK.time = lambda: self.now
        CLOCK.uniform = chance.uniform
        forget_limits()
        try:
            yield
        finally:
            CLOCK.monotonic, CLOCK.time, CLOCK.uniform = before
            forget_limits()
