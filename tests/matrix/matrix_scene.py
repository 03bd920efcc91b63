"""One run of one cell of the fault matrix: the call, and the assertions on its outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from helpers.real_time import LATE
from matrix_cells import Cell, Run
from matrix_ground import COLUMN, CONTENT, Ground, Work
from orion_api.errors import OrionApiError

from orionclient import exceptions
from orionclient._requesting.http_session import HttpSession
from orionclient._requesting.retry import Policy
from orionclient._requesting.retry_loop import AttemptInfo
from orionclient._runtime.clock import CLOCK
from orionclient.emulator.faults import Script
from orionclient.exceptions import NotFoundResponse, OrionError, OrionTimeout
from orionclient.session import OrionSession
from orionclient.testing import FaultProxy, Toxic

# Every call gives up before this number of requests.
ENDLESS = 60
# The timeout that the poll of column W passes, in seconds.
WAIT = 600


class Scene:
    """One run of one cell: causes the fault, makes the call and checks the outcome."""

    def __init__(self, cell: Cell, way: str, run: Run, ground: Ground, work: Work, *, stays: bool) -> None:
        self.cell, self.way, self.run, self.ground, self.work, self.stays = cell, way, run, ground, work, stays
        self.column = COLUMN[cell.column]
        self.given = cell.given
        # A wait that would exceed the deadline is not started.
        self.expected = "E" if run.kind == "beyond" else cell.expected(way)
        self.proxy: FaultProxy | None = None
        self.config = ground.orion.config()
        self.attempts: list[AttemptInfo] = []
        self.warm = bool(self.given.get("warm"))
        self.ready: Callable[[], None] = lambda: None
        self.first_failure: Callable[[], None] | None = None
        self.on_response: Callable[[int], None] = lambda _: None
        self.script: Script | None = None
        self.toxic: Toxic | None = None
        self.result: Any = None
        self.error: OrionError | None = None
        self.seconds = 0.0
        self.clocked = 0.0
        self.ranges: list[str | None] = []
        # Of faults by other means than scripts and toxics: the expected and the actual count.
        self.due, self.hits = 1, 0

    @property
    def reported(self) -> str:
        seen = [(each.step, each.ran, each.status) for each in self.ground.faults.requests(self.column.operation)]
        tries = [(each.status, each.failure, each.wait) for each in self.attempts]
        return f"{self.cell.name} {self.way} {self.run} stays={self.stays}: {self.error!r} {self.result!r:.80}; {tries}; {seen}"

    @property
    def on_access(self) -> bool:
        """Whether the error is raised when a field is read."""
        return bool(self.given.get("on_access")) and self.way != "raw_async"

    def policy(self) -> Policy:
        table = (
            {int(status): count for status, count in self.given["policy"].items()} if "policy" in self.given else None
        )
        seconds = self.given.get("seconds", 30.0)
        if not self.cell.real:
            return Policy(retry_dict=table)
        return Policy(request_timeout=seconds, retry_timeout=self.given.get("total", 60.0), base=0.005, cap=0.05)

    def observe(self, info: AttemptInfo) -> None:
        if info.call.action.startswith((f"{self.column.operation} ", "upload_part ")):
            self.attempts.append(info)
            self.on_response(len(self.attempts))
            if info.failure is not None and self.first_failure is not None and not self.stays:
                self.first_failure()
                self.first_failure = None

    def call(self) -> None:
        http = HttpSession(self.policy())
        http.on_attempt = self.observe
        session = OrionSession(self.config, requests_session=http)
        if self.way == "keyed":
            # Any response shows that the stack supports keys.
            session.is_authenticated()
        started, clock = time.monotonic(), CLOCK.monotonic()
        try:
            if self.way == "raw_async":
                self.result = asyncio.run(self.call_raw(session))
            else:
                if self.warm:
                    session.get_user_profile()
                self.ready()
                started, clock = time.monotonic(), CLOCK.monotonic()
                self.result = self.column.verb(session, self.work)
        except OrionError as error:
            self.error = error
        self.seconds, self.clocked = time.monotonic() - started, CLOCK.monotonic() - clock

    async def call_raw(self, session: OrionSession) -> Any:
        from orion_api.api.identity import get_current_user

        async with session.raw_async as client:
            if self.warm:
                await get_current_user.asyncio(client=client)
            self.ready()
            return await self.column.raw(client, self.work)

    # -- the expected outcome

    def judge(self) -> None:
        faults, letter = self.ground.faults, self.expected
        if self.stays and letter in "RS" and self.given.get("stays") != "succeed":
            self.check_exhausted()
        else:
            getattr(self, f"is_{letter}")()
        if self.script is not None:
            faults.assert_consumed()
        self.check_times()
        self.check_error_class()
        if self.toxic is not None:
            assert self.toxic.hits >= 1, self.reported
            assert self.stays or letter not in "RS" or self.toxic.is_exhausted, self.reported
            assert not self.stays or self.toxic.hits >= len(self.attempts), self.reported
        assert not isinstance(self.error, OrionApiError)
        if self.error is not None:
            first, *others = str(self.error).split("\n")
            # A longer message is complete in the second line; hints follow.
            assert 0 < len(first) <= 200, self.reported
            assert len(others) <= 1 + len(self.error.hints), self.reported
            if self.on_access:
                # The call had ended well; the field is named.
                assert "'name'" in str(self.error), self.reported
                assert self.error.attempts == 0, self.reported
            else:
                assert self.error.attempts >= 1, self.reported

    def check_error_class(self) -> None:
        """Check the published class of the error; a private subclass is allowed."""
        if self.error is None:
            return
        published = [kind.__name__ for kind in type(self.error).__mro__ if kind.__module__ == exceptions.__name__]
        assert published[0] == self.run.error, self.reported

    def check_times(self) -> None:
        """Check that the call ended before its deadline, and that no wait was skipped."""
        deadline = WAIT if self.cell.column == "W" else self.policy().retry_timeout
        assert self.clocked <= deadline + LATE, (self.clocked, self.reported)
        if not self.cell.real:
            waited = sum(each.wait or 0.0 for each in self.attempts)
            assert self.clocked >= waited, (self.clocked, self.reported)

    def count_faults(self) -> tuple[str, int, int]:
        """Return the tool that caused the fault, the expected count and the actual count."""
        if self.script is not None:
            return "steps of scripts", self.script.total, self.script.consumed
        if self.toxic is not None:
            return "connections affected by toxics", len(self.attempts) if self.stays else 1, self.toxic.hits
        return "other means", self.due, self.hits

    def check_success(self) -> None:
        if (
            isinstance(self.error, NotFoundResponse)
            and self.cell.column == "X"
            and self.error.call
            and self.error.call.maybe_applied_earlier
        ):
            # A 404 after a lost response means that the resource was deleted. The verb succeeds; the raw call raises the 404.
            self.error = None
        assert self.error is None, self.reported
        assert self.column.good(self.work, self.result), self.reported
        if self.column.objects is not None:
            assert self.column.objects(self.work) == 1, self.reported

    def check_at_most_once(self) -> None:
        ran = self.ground.faults.effects(self.column.operation)
        if self.column.objects is not None:
            assert ran <= 1, self.reported
            assert self.column.objects(self.work) == ran, self.reported

    def count_requests(self) -> int:
        parts = self.ground.faults.requests("upload_part") if self.cell.column == "P" else []
        return len(self.ground.faults.requests(self.column.operation)) + len(parts)

    def is_R(self) -> None:
        self.check_success()
        if self.given.get("stays") != "succeed":
            assert len(self.attempts) >= 2 or self.cell.column in "PD", self.reported
        if self.script is not None and not self.stays:
            assert self.count_requests() == self.script.total + 1, self.reported
        if self.run.waits is not None and not self.stays:
            waits = [each.wait for each in self.attempts]
            assert waits.pop() is None, self.reported
            assert len(waits) == len(self.run.waits), self.reported
            for (low, high), wait in zip(self.run.waits, waits, strict=True):
                assert wait is not None, self.reported
                assert low <= wait <= high, self.reported

    def is_S(self) -> None:
        self.check_success()
        if self.cell.column == "P":
            seen = self.ground.faults.requests()
            assert len(CONTENT) <= sum(each.received for each in seen) <= 1.25 * len(CONTENT), self.reported
            assert self.count_requests() >= 2, self.reported
        else:
            seen = self.ground.faults.requests(self.column.operation)
            assert [
                [requests, each.status] for requests, each in zip(self.ranges, seen, strict=True)
            ] == self.run.requests, self.reported

    def is_K(self) -> None:
        self.check_success()
        if self.script is not None:
            assert self.count_requests() == self.script.total + self.given.get("more", 0), self.reported

    def is_E(self) -> None:
        assert self.error is not None, self.reported
        # Without a script no request arrived; a redirect is followed within an attempt.
        requests = 0 if self.script is None else self.script.total
        assert self.count_requests() == requests, self.reported
        assert len(self.attempts) == (1 if self.given.get("redirects") else max(1, requests)), self.reported
        assert self.attempts[-1].wait is None, self.reported
        if self.cell.fault[0] == "S":
            assert self.ground.faults.effects(self.column.operation) == 0, self.reported
            assert not self.error.may_have_been_applied, self.reported
        self.check_at_most_once()

    def is_A(self) -> None:
        assert self.error is not None, self.reported
        assert len(self.attempts) == 1, self.reported
        assert self.count_requests() <= 1, self.reported
        assert self.script is None or self.count_requests() == 1, self.reported
        assert self.error.may_have_been_applied, self.reported
        self.check_at_most_once()

    def is_T(self) -> None:
        assert isinstance(self.error, OrionTimeout), self.reported
        total = self.given["total"]
        assert total * 0.9 <= self.seconds <= total + LATE, (self.seconds, self.reported)
        self.check_at_most_once()

    def check_exhausted(self) -> None:
        assert self.error is not None, self.reported
        assert len(self.attempts) >= 1, self.reported
        if self.expected == "R":
            expected = self.given.get("attempts", 5)
            if "policy" in self.given:
                expected = next(iter(self.given["policy"].values())) + 1
            assert self.error.attempts == expected, self.reported
        if self.script is not None:
            assert self.count_requests() == self.script.total, self.reported
        assert self.count_requests() <= ENDLESS, self.reported
        self.check_at_most_once()
