"""The fault matrix, cell by cell: what comes of a fault, and what really reached the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matrix_cells import CELLS, COLUMNS, DATA, FAULTS, Cell, Run, runs_of
from matrix_ground import COLUMN, Ground, Wires, Work
from orion_api.errors import OrionApiError

from orionclient import _http, _sender
from orionclient._clock import CLOCK, Clock
from orionclient._limits import forget_paces
from orionclient._requests import HttpSession
from orionclient._retry import Policy
from orionclient._sender import AttemptInfo
from orionclient.emulator import envelope
from orionclient.exceptions import NotFoundResponse, OrionError, OrionTimeout
from orionclient.session import OrionSession, SessionConfig
from orionclient.testing import FaultProxy, Toxic
from orionclient.transfer import plans

# With so many requests every call has given up.
_ENDLESS = 60


class Scene:
    """One run of one cell: the fault is put in place, the call is made, and it is looked at what came of it."""

    def __init__(self, cell: Cell, way: str, run: Run, ground: Ground, work: Work, *, stays: bool) -> None:
        self.cell, self.way, self.run, self.ground, self.work, self.stays = cell, way, run, ground, work, stays
        self.column = COLUMN[cell.column]
        self.given = cell.given
        self.expected = cell.expected(way)
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
        from orion_api.api.identity import get_current_user  # noqa: PLC0415

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
        if self.run.kind == "script" and not (self.stays and letter == "S"):
            faults.assert_consumed()
        if self.toxic is not None:
            assert self.toxic.hits >= 1, self.told
            assert self.stays or letter not in "RS" or self.toxic.used_up, self.told
        assert not isinstance(self.error, OrionApiError)
        if self.error is not None:
            assert "\n" not in str(self.error)
            assert self.error.attempts >= 1 or self.lenient, self.told

    @property
    def lenient(self) -> bool:
        return "lenient" in self.given and self.way != "raw_async"

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
        assert self.error.may_have_been_applied or self.lenient, self.told
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
        assert self.requests() <= _ENDLESS, self.told
        self.at_most_once()


# -- faults


@contextlib.contextmanager
def scripted(scene: Scene) -> Iterator[None]:
    steps = scene.run.what
    if scene.stays and scene.expected == "R":
        count = scene.given.get("attempts", 5)
        if "policy" in scene.given:
            count = next(iter(scene.given["policy"].values())) + 1
        steps = [steps[-1]] * count
    elif scene.stays:
        steps = steps * _ENDLESS
    scene.ready = lambda: scene.ground.faults.script(scene.column.operation, steps) and None  # type: ignore[func-returns-value]
    yield


@contextlib.contextmanager
def harmed(scene: Scene) -> Iterator[None]:
    name, values = scene.run.what
    assert scene.proxy is not None
    proxy = scene.proxy

    def ready() -> None:
        scene.toxic = getattr(proxy, name)(**values, times=None if scene.stays or scene.expected == "T" else 1)

    scene.ready = ready
    try:
        yield
    finally:
        proxy.clear()


@contextlib.contextmanager
def resolver(scene: Scene) -> Iterator[None]:
    real = socket.getaddrinfo

    def failing(host: Any, *rest: Any, **options: Any) -> Any:
        if host in {"localhost", b"localhost"} and (scene.stays or scene.hits == 0):
            scene.hits += 1
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **options)

    assert scene.proxy is not None
    scene.config = scene.ground.orion.config(url=f"http://localhost:{scene.proxy.port}")
    scene.ready = lambda: setattr(socket, "getaddrinfo", failing)
    try:
        yield
    finally:
        socket.getaddrinfo = real
    assert scene.hits == (5 if scene.stays else 1), scene.told


@contextlib.contextmanager
def down(scene: Scene) -> Iterator[None]:
    assert scene.proxy is not None
    scene.ready, scene.first_failure = scene.proxy.down, scene.proxy.up
    try:
        yield
    finally:
        scene.proxy.up()
    assert scene.attempts[0].failure == "connect", scene.told


@contextlib.contextmanager
def deaf(scene: Scene) -> Iterator[None]:
    """Somebody listens and takes no connection: what the system takes for him is full."""
    assert scene.proxy is not None
    proxy, open_ones = scene.proxy, contextlib.ExitStack()

    def ready() -> None:
        proxy.down()
        ear = open_ones.enter_context(socket.socket())
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind(("127.0.0.1", proxy.port))
        ear.listen(0)
        for _ in range(3):
            caller = open_ones.enter_context(socket.socket())
            caller.setblocking(False)  # noqa: FBT003
            with contextlib.suppress(BlockingIOError):
                caller.connect(("127.0.0.1", proxy.port))

    def hear() -> None:
        open_ones.close()
        proxy.up()

    scene.ready, scene.first_failure = ready, hear
    try:
        yield
    finally:
        hear()
    assert scene.attempts[0].failure == "connect", scene.told


@contextlib.contextmanager
def idle(scene: Scene) -> Iterator[None]:
    assert scene.proxy is not None
    proxy, scene.warm = scene.proxy, True

    def ready() -> None:
        scene.hits = proxy.end_connections()

    scene.ready = ready
    yield
    assert scene.hits >= 1, scene.told


@contextlib.contextmanager
def distrusted(scene: Scene, proxy: FaultProxy) -> Iterator[None]:
    before = proxy.counts()
    yield
    after = proxy.counts()
    assert after.connections == before.connections + 1, scene.told
    assert after.upstream == before.upstream, scene.told
    assert scene.attempts[0].failure == "tls", scene.told


@contextlib.contextmanager
def unwilling(scene: Scene, status: str) -> Iterator[None]:
    """A proxy on the way that refuses to connect."""
    import threading  # noqa: PLC0415

    ear = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _ = ear.accept()
            except OSError:
                return
            with raw:
                raw.settimeout(5)
                head = raw.recv(65536)
                scene.hits += head.startswith(b"CONNECT ")
                raw.sendall(b"HTTP/1.1 %b Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status.encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    scene.config = scene.ground.orion.config(
        url="https://orion.example", proxy=f"http://127.0.0.1:{ear.getsockname()[1]}"
    )
    try:
        yield
    finally:
        ear.shutdown(socket.SHUT_RDWR)
        ear.close()
        thread.join(5)
    assert scene.hits == 1, scene.told


@contextlib.contextmanager
def listing(scene: Scene) -> Iterator[None]:
    """What goes wrong between the pages of a listing."""
    scene.work.filters = {"limit": 2}
    first = scene.ground.plain.get("/api/v1/storage/collections/?limit=2")
    rest = scene.ground.plain.get(first["next"])
    start = f"{scene.config.url}/api/v1/storage/collections/?limit=2"
    steps: dict[str, list[Any]] = {
        "repeat": [
            "pass",
            {"step": "set_field", "field": "results", "value": [first["results"][-1], *rest["results"]]},
        ],
        "total": ["pass", {"step": "set_field", "field": "count", "value": 999}],
        "loop": ["pass", {"step": "next_link", "url": start}],
        "scheme": [{"step": "next_link", "url": start.replace("http:", "https:")}],
    }
    scene.ground.faults.script(scene.column.operation, steps[scene.run.what])
    yield
    scene.ground.faults.assert_consumed()


@contextlib.contextmanager
def downgrade(scene: Scene) -> Iterator[None]:
    scene.ground.faults.script(scene.column.operation, ["redirect;url=http://orion.example/"])
    yield
    scene.ground.faults.assert_consumed()


@contextlib.contextmanager
def stored(scene: Scene) -> Iterator[None]:
    """Content lies on another origin, which takes no token."""
    storage = scene.ground.orion.storage
    storage.clear()
    yield
    asked = storage.requests()
    assert asked, scene.told
    assert not any("authorization" in each.headers or "cookie" in each.headers for each in asked)


HOW: dict[str, Callable[[Scene], contextlib.AbstractContextManager[None]]] = {
    "resolver": resolver, "down": down, "deaf": deaf, "idle": idle, "repeat": listing, "total": listing, "loop": listing,
    "scheme": listing, "downgrade": downgrade, "storage": stored,
    "407": lambda scene: unwilling(scene, "407"), "502": lambda scene: unwilling(scene, "502"),
}  # fmt: skip
KINDS = {"script": scripted, "toxic": harmed}
_PLAIN_ONLY = {"resolver", "down", "deaf", "407", "502"}
_TLS_ONLY = {"downgrade", "untrusted", "expired", "other host"}


def ways_there(cell: Cell, run: Run) -> list[str | None]:
    """The wires that a run is made over; None for no proxy between."""
    if run.kind == "how" and run.what in _PLAIN_ONLY:
        return ["plain"]
    if run.kind == "how" and run.what in _TLS_ONLY:
        return ["tls"]
    return ["plain", "tls"] if cell.real else [None]


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large content begins early, so that a cell is quick."""
    monkeypatch.setattr(plans, "_WHOLE", 64 * 1024)
    monkeypatch.setattr(plans, "SMALLEST_PART", 64 * 1024)
    monkeypatch.setattr(plans, "MIB", 64 * 1024)


def real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    for name in ("sleep", "monotonic", "time", "virtual"):
        monkeypatch.setattr(CLOCK, name, getattr(clock, name))


CASES = [pytest.param(cell, way, id=f"{cell.name}-{way}") for cell in CELLS for way in cell.ways]


@pytest.mark.parametrize(("cell", "way"), CASES)
def test_cell(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    cell: Cell,
    way: str,
) -> None:
    record_property("cell", cell.name)
    if cell.real:
        real_clock(monkeypatch)
    if way != "keyed":
        # A stack that takes no idempotency keys.
        monkeypatch.setattr(envelope, "FEATURES", ())
    if cell.fault in {"N20", "D12"}:
        request.getfixturevalue("calm")
    count = 0
    for number, run in enumerate(runs_of(cell, way)):
        variants = [False, True] if cell.expected(way) in "RS" and number == 0 else [False]
        for wire in ways_there(cell, run):
            for stays in variants:
                play(request, tmp_path, cell, way, run, wire, stays=stays)
                count += 1
    record_property("runs", count)
    record_property("consumed", 1)


def play(
    request: pytest.FixtureRequest, folder: Path, cell: Cell, way: str, run: Run, wire: str | None, *, stays: bool
) -> None:
    ground: Ground = request.getfixturevalue("stored" if run.what == "storage" else "ground")
    work = Work(ground, folder, large=bool(cell.given.get("large")))
    work.id = COLUMN[cell.column].prepare(work)
    scene = Scene(cell, way, run, ground, work, stays=stays)
    if wire is not None:
        over(scene, request, wire)
    if cell.fault == "D7":
        work.filters = {"limit": 2}
    how = HOW.get(run.what) if run.kind == "how" else KINDS[run.kind]
    # What was learned of keys and paces belongs to the run before.
    _sender._TAKES_KEYS.clear()
    forget_paces()
    _http.close_connections()
    ground.faults.clear()
    with how(scene) if how is not None else distrusted(scene, scene.proxy):  # type: ignore[arg-type]
        scene.call()
    scene.judge()
    ground.faults.clear()


def over(scene: Scene, request: pytest.FixtureRequest, wire: str) -> None:
    """Lead the session through a proxy."""
    wires: Wires = request.getfixturevalue("wires")
    if scene.run.kind == "how" and scene.run.what in {"untrusted", "expired", "other host"}:
        wires = request.getfixturevalue("distrusted")[scene.run.what]
    scene.proxy = wires.proxies[wire]
    scene.config = changed(scene.config, scene.proxy.url, wires.ca_file if wire == "tls" else None)


def changed(config: SessionConfig, url: str, ca_file: Path | None) -> SessionConfig:
    return SessionConfig(
        url=url, token=config.token, username=config.username, project=config.project,
        ca_file=None if ca_file is None else str(ca_file),
    )  # fmt: skip


def test_the_data_is_the_table_of_the_policy() -> None:
    assert len(FAULTS) == 56
    assert len(COLUMNS) == 10
    assert len(CELLS) == len({cell.name for cell in CELLS}) == 454
    assert Counter(cell.letter for cell in CELLS) == DATA["counts"]
    parts = Counter(cell.fault[0] for cell in CELLS)
    assert (parts["N"], parts["S"], parts["D"]) == (200, 197, 57)
    corrected = [cell.name for cell in CELLS if "corrected" in json.dumps(cell.given.get("note", ""))]
    assert corrected == ["S404-C", "S404-J"]


def test_every_cell_has_a_fault() -> None:
    assert [cell.name for cell in CELLS if not runs_of(cell)] == []
