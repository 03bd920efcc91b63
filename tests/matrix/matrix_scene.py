"""One run of one cell of the fault matrix: the call that is made, and what has to come of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from matrix_cells import Cell, Run
from matrix_ground import COLUMN, Ground, Work
from orion_api.errors import OrionApiError

from orionclient._requests import HttpSession
from orionclient._retry import Policy
from orionclient._sender import AttemptInfo
from orionclient.exceptions import NotFoundResponse, OrionError, OrionTimeout
from orionclient.session import OrionSession
from orionclient.testing import FaultProxy, Toxic

# With so many requests every call has given up.
ENDLESS = 60


class Scene:
    """One run of one cell: the fault is put in place, the call is made, and it is looked at what came of it."""

    def __init__(self, cell: Cell, way: str, run: Run, ground: Ground, work: Work, *, stays: bool) -> None:
        self.cell, self.way, self.run, self.ground, self.work, self.stays = cell, way, run, ground, work, stays
        self.column = COLUMN[cell.column]
        self.given = cell.given
        # A wait that would pass the deadline is not begun.
        self.expected = "E" if run.kind == "beyond" else cell.expected(way)
        self.proxy: FaultProxy | None = None
        self.config = ground.orion.config()
        self.attempts: list[AttemptInfo] = []
        self.warm = bool(self.given.get("warm"))
        self.ready: Callable[[], None] = lambda: None
        self.first_failure: Callable[[], None] | None = None
        self.toxic: Toxic | None = None
        self.result: Any = None
        self.error: OrionError | None = None
        self.seconds = 0.0
        self.hits = 0

    @property
    def told(self) -> str:
        seen = [(each.step, each.ran, each.status) for each in self.ground.faults.requests(self.column.operation)]
        tries = [(each.status, each.failure, each.wait) for each in self.attempts]
        return f"{self.cell.name} {self.way} {self.run} stays={self.stays}: {self.error!r} {self.result!r:.80}; {tries}; {seen}"

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
            if info.failure is not None and self.first_failure is not None and not self.stays:
                self.first_failure()
                self.first_failure = None

    def call(self) -> None:
        http = HttpSession(self.policy())
        http.on_attempt = self.observe
        session = OrionSession(self.config, requests_session=http)
        if self.way == "keyed":
            # That the stack takes them is learned from any of its answers.
            session.is_authenticated()
        started = time.monotonic()
        try:
            if self.way == "raw_async":
                self.result = asyncio.run(self.by_raw(session))
            else:
                if self.warm:
                    session.get_user_profile()
                self.ready()
                started = time.monotonic()
                self.result = self.column.verb(session, self.work)
        except OrionError as error:
            self.error = error
        self.seconds = time.monotonic() - started

    async def by_raw(self, session: OrionSession) -> Any:
        from orion_api.api.identity import get_current_user

        async with session.raw_async as client:
            if self.warm:
                await get_current_user.asyncio(client=client)
            self.ready()
            return await self.column.raw(client, self.work)

    # -- what has to come of it

    def judge(self) -> None:
        faults, letter = self.ground.faults, self.expected
        if self.stays and letter in "RS" and self.given.get("stays") != "succeed":
            self.gave_up()
        else:
            getattr(self, f"is_{letter}")()
        if self.run.kind in {"script", "beyond"} and not (self.stays and letter == "S"):
            faults.assert_consumed()
        if self.toxic is not None:
            assert self.toxic.hits >= 1, self.told
            assert self.stays or letter not in "RS" or self.toxic.used_up, self.told
        assert not isinstance(self.error, OrionApiError)
        if self.error is not None:
            assert "\n" not in str(self.error)
            assert self.error.attempts >= 1, self.told

    def whole(self) -> None:
        if (
            isinstance(self.error, NotFoundResponse)
            and self.cell.column == "X"
            and self.error.call
            and self.error.call.repeated
        ):
            # What is gone after a lost answer was deleted by it; the session's verb says so, the raw call shows the 404.
            self.error = None
        assert self.error is None, self.told
        assert self.column.good(self.work, self.result), self.told
        if self.column.objects is not None:
            assert self.column.objects(self.work) == 1, self.told

    def at_most_once(self) -> None:
        ran = self.ground.faults.effects(self.column.operation)
        if self.column.objects is not None:
            assert ran <= 1, self.told
            assert self.column.objects(self.work) == ran, self.told

    def requests(self) -> int:
        parts = self.ground.faults.requests("upload_part") if self.cell.column == "P" else []
        return len(self.ground.faults.requests(self.column.operation)) + len(parts)

    def is_R(self) -> None:
        self.whole()
        if self.given.get("stays") != "succeed":
            assert len(self.attempts) >= 2 or self.cell.column in "PD", self.told

    def is_S(self) -> None:
        self.whole()
        assert self.requests() >= 2, self.told

    def is_K(self) -> None:
        self.whole()

    def is_E(self) -> None:
        assert self.error is not None, self.told
        assert len(self.attempts) == 1 or self.given.get("redirects") or self.work.filters, self.told
        assert self.requests() <= 1 or self.given.get("redirects") or self.work.filters, self.told
        if self.cell.fault[0] == "S":
            assert self.ground.faults.effects(self.column.operation) == 0, self.told
            assert not self.error.may_have_been_applied, self.told
        self.at_most_once()

    def is_A(self) -> None:
        assert self.error is not None, self.told
        assert len(self.attempts) == 1, self.told
        assert self.requests() <= 1, self.told
        assert self.error.may_have_been_applied, self.told
        self.at_most_once()

    def is_T(self) -> None:
        assert isinstance(self.error, OrionTimeout), self.told
        total = self.given["total"]
        assert total * 0.9 <= self.seconds <= total + self.given.get("late", 0.5), (self.seconds, self.told)
        self.at_most_once()

    def gave_up(self) -> None:
        assert self.error is not None, self.told
        assert len(self.attempts) >= 1, self.told
        if self.expected == "R":
            expected = self.given.get("attempts", 5)
            if "policy" in self.given:
                expected = next(iter(self.given["policy"].values())) + 1
            assert self.error.attempts == expected, self.told
        assert self.requests() <= ENDLESS, self.told
        self.at_most_once()
