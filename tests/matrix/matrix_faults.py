"""How the faults of the matrix come about: steps of the local Orion, toxics, and what neither of them can do."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from matrix_cells import Cell, Run
from matrix_ground import CONTENT, OTHER
from matrix_scene import Scene

from orionclient._clock import CLOCK
from orionclient.emulator import ranges
from orionclient.testing import FaultProxy


@contextlib.contextmanager
def scripted(scene: Scene) -> Iterator[None]:
    steps = scene.run.what
    if scene.stays and scene.expected == "R":
        count = scene.given.get("attempts", 5)
        if "policy" in scene.given:
            count = next(iter(scene.given["policy"].values())) + 1
        steps = [steps[-1]] * count
    elif scene.stays and scene.expected == "S":
        steps = list(itertools.islice(itertools.cycle(steps), scene.given["attempts"]))
    scene.ready = lambda: scripts(scene, dated(steps))
    yield


def scripts(scene: Scene, steps: list[Any]) -> None:
    scene.script = scene.ground.faults.script(scene.column.operation, steps)


# The three forms of a date in HTTP (RFC 9110, 5.6.7).
_DATES = {"IMF": "%a, %d %b %Y %H:%M:%S GMT", "RFC850": "%A, %d-%b-%y %H:%M:%S GMT", "ASCTIME": "%a %b %d %H:%M:%S %Y"}


def dated(steps: list[Any]) -> list[Any]:
    """Write dates where the steps say `in 30 s: ` and a form."""

    def date(match: re.Match[str]) -> str:
        return time.strftime(_DATES[match[2]], time.gmtime(math.ceil(CLOCK.time()) + int(match[1])))

    made: list[Any] = json.loads(re.sub(r"in (\d+) s: (\w+)", date, json.dumps(steps)))
    return made


@contextlib.contextmanager
def another_zone() -> Iterator[None]:
    """The machine's clock is not on the wall of Greenwich."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EST5")
        time.tzset()
        yield
    time.tzset()


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
    scene.due = 5 if scene.stays else 1
    scene.ready = lambda: setattr(socket, "getaddrinfo", failing)
    try:
        yield
    finally:
        socket.getaddrinfo = real
    assert scene.hits == scene.due, scene.reported


@contextlib.contextmanager
def down(scene: Scene) -> Iterator[None]:
    assert scene.proxy is not None
    scene.ready, scene.first_failure = scene.proxy.down, scene.proxy.up
    try:
        yield
    finally:
        scene.proxy.enable()
    rejected(scene)


@contextlib.contextmanager
def deaf(scene: Scene) -> Iterator[None]:
    """Somebody listens and takes no connection: what the system takes for him is full."""
    assert scene.proxy is not None
    proxy, open_ones = scene.proxy, contextlib.ExitStack()

    def ready() -> None:
        proxy.disable()
        ear = open_ones.enter_context(socket.socket())
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind(("127.0.0.1", proxy.port))
        ear.listen(0)
        for _ in range(3):
            caller = open_ones.enter_context(socket.socket())
            caller.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                caller.connect(("127.0.0.1", proxy.port))

    def hear() -> None:
        open_ones.close()
        proxy.enable()

    scene.ready, scene.first_failure = ready, hear
    try:
        yield
    finally:
        hear()
    rejected(scene)


def rejected(scene: Scene) -> None:
    """Nobody listens who could count, so the attempts that found nobody are counted."""
    scene.due, scene.hits = 5 if scene.stays else 1, sum(each.failure == "connect" for each in scene.attempts)
    assert scene.attempts[0].failure == "connect", scene.reported
    assert scene.hits == scene.due, scene.reported


@contextlib.contextmanager
def idle(scene: Scene) -> Iterator[None]:
    assert scene.proxy is not None
    proxy, scene.warm = scene.proxy, True

    def ready() -> None:
        scene.hits = proxy.close_connections()

    scene.ready = ready
    yield
    assert scene.hits >= 1, scene.reported


@contextlib.contextmanager
def distrusted(scene: Scene, proxy: FaultProxy) -> Iterator[None]:
    before = proxy.counts()
    yield
    after = proxy.counts()
    scene.hits = after.connections - before.connections
    assert scene.hits == scene.due, scene.reported
    assert after.upstream == before.upstream, scene.reported
    assert scene.attempts[0].failure == "tls", scene.reported


@contextlib.contextmanager
def unwilling(scene: Scene, status: str) -> Iterator[None]:
    """A proxy on the way that rejects to connect."""
    import threading

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
                raw.sendall(b"HTTP/1.1 %b Rejected\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status.encode())

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
    assert scene.hits == 1, scene.reported


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
    # What was looked up here is no request of the client.
    scene.ground.faults.clear()
    scripts(scene, steps[scene.run.what])
    yield


@contextlib.contextmanager
def downgrade(scene: Scene) -> Iterator[None]:
    scripts(scene, ["redirect;url=http://orion.example/"])
    yield


@contextlib.contextmanager
def undigested() -> Iterator[pytest.MonkeyPatch]:
    """The server announces no digest, which would tell in the end what was put together wrongly."""
    real = ranges.digest_headers

    def marked(digest: bytes, size: int) -> dict[str, str]:
        return {name: value for name, value in real(digest, size).items() if name != "Repr-Digest"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "digest_headers", marked)
        yield patch


@contextlib.contextmanager
def replaced(scene: Scene) -> Iterator[None]:
    """Other content of the same size takes the place of what was half read; a server that sees no `If-Range` sends a chunk of it."""
    ground, work, contents = scene.ground, scene.work, itertools.cycle([OTHER, CONTENT])
    work.id = ground.new_file("read")
    ground.put_content(work.id, CONTENT)

    def replace(number: int) -> None:
        # Every first of two requests gets a response by the beginning alone.
        if number % 2 and (scene.stays or number == 1):
            work.content = next(contents)
            ground.put_content(work.id, work.content)

    second = {"step": "strip", "headers": ["If-Range"]} if scene.run.what == "replaced unseen" else "pass"
    steps: list[Any] = [{"step": "cut", "sent": 1000}, second]
    scene.answered = replace
    scene.ready = lambda: scripts(scene, steps * (scene.given["attempts"] // 2) if scene.stays else [*steps, "pass"])
    with undigested():
        yield


# What the response says of a chunk that is another than was asked for; the truth where nothing is named.
_MESSAGES = {"other start": "pass", "no range": None, "other size": "bytes 1000-199999/300000"}


@contextlib.contextmanager
def astray(scene: Scene) -> Iterator[None]:
    """A chunk comes that begins at the first byte, wherever it was asked to begin."""
    real, message = ranges.parse_range, _MESSAGES[scene.run.what]
    wrong = message if message == "pass" else {"step": "headers", "headers": {"Content-Range": message}}
    cut = {"step": "cut", "sent": 1000}

    def chunk_of(header: str, size: int) -> range | None:
        chunk = real(header, size)
        assert chunk is not None
        return range(len(chunk))

    steps = [cut, *([wrong, cut] * (scene.given["attempts"] // 2) if scene.stays else [wrong, "pass"])]
    scene.ready = lambda: scripts(scene, steps)
    with undigested() as patch:
        patch.setattr(ranges, "parse_range", chunk_of)
        yield


@contextlib.contextmanager
def stored(scene: Scene) -> Iterator[None]:
    """Content lies on another origin, which takes no token."""
    storage = scene.ground.orion.storage
    storage.clear()
    yield
    requests = storage.requests()
    scene.hits = len(requests)
    assert requests, scene.reported
    assert not any("authorization" in each.headers or "cookie" in each.headers for each in requests)


HOW: dict[str, Callable[[Scene], contextlib.AbstractContextManager[None]]] = {
    "resolver": resolver, "down": down, "deaf": deaf, "idle": idle, "repeat": listing, "total": listing, "loop": listing,
    "replaced": replaced, "replaced unseen": replaced, "other start": astray, "no range": astray, "other size": astray,
    "scheme": listing, "downgrade": downgrade, "storage": stored,
    "407": lambda scene: unwilling(scene, "407"), "502": lambda scene: unwilling(scene, "502"),
}  # fmt: skip
KINDS = {"script": scripted, "beyond": scripted, "toxic": harmed}
_PLAIN_ONLY = {"resolver", "down", "deaf", "407", "502"}
_TLS_ONLY = {"downgrade", "untrusted", "expired", "other host"}


def ways_there(cell: Cell, run: Run) -> list[str | None]:
    """The wires that a run is made over; None for no proxy between."""
    if run.kind == "how" and run.what in _PLAIN_ONLY:
        return ["plain"]
    if run.kind == "how" and run.what in _TLS_ONLY:
        return ["tls"]
    return ["plain", "tls"] if cell.real else [None]
