"""Context managers that cause the faults of the matrix: steps of the local Orion, toxics, and other means."""

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

from orionclient._runtime.clock import CLOCK
from orionclient.emulator._http import ranges
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
    """Replace placeholders such as `in 30 s: IMF` in steps by dates."""

    def date(match: re.Match[str]) -> str:
        return time.strftime(_DATES[match[2]], time.gmtime(math.ceil(CLOCK.time()) + int(match[1])))

    made: list[Any] = json.loads(re.sub(r"in (\d+) s: (\w+)", date, json.dumps(steps)))
    return made


@contextlib.contextmanager
def another_zone() -> Iterator[None]:
    """Set a local time zone other than UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EST5")
        time.tzset()
        yield
    time.tzset()


@contextlib.contextmanager
def add_toxic(scene: Scene) -> Iterator[None]:
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
    scene.ready, scene.first_failure = scene.proxy.disable, scene.proxy.enable
    try:
        yield
    finally:
        scene.proxy.enable()
    check_connect_failures(scene)


@contextlib.contextmanager
def deaf(scene: Scene) -> Iterator[None]:
    """Let the port listen without accepting connections: its backlog is full."""
    assert scene.proxy is not None
    proxy, open_ones = scene.proxy, contextlib.ExitStack()

    def ready() -> None:
        proxy.disable()
        listener = open_ones.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", proxy.port))
        listener.listen(0)
        for _ in range(3):
            caller = open_ones.enter_context(socket.socket())
            caller.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                caller.connect(("127.0.0.1", proxy.port))

    def restore() -> None:
        open_ones.close()
        proxy.enable()

    scene.ready, scene.first_failure = ready, restore
    try:
        yield
    finally:
        restore()
    check_connect_failures(scene)


def check_connect_failures(scene: Scene) -> None:
    """Check the number of attempts that could not connect, because no server could count them."""
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
def present_bad_certificate(scene: Scene, proxy: FaultProxy) -> Iterator[None]:
    before = proxy.counts()
    yield
    after = proxy.counts()
    scene.hits = after.connections - before.connections
    assert scene.hits == scene.due, scene.reported
    assert after.upstream == before.upstream, scene.reported
    assert scene.attempts[0].failure == "tls", scene.reported


@contextlib.contextmanager
def reject_connect(scene: Scene, status: str) -> Iterator[None]:
    """Configure a proxy that rejects CONNECT."""
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _ = listener.accept()
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
        url="https://orion.example", proxy=f"http://127.0.0.1:{listener.getsockname()[1]}"
    )
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
    assert scene.hits == 1, scene.reported


@contextlib.contextmanager
def listing(scene: Scene) -> Iterator[None]:
    """Script faults between the pages of a listing."""
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
    # The requests above are not those of the client.
    scene.ground.faults.clear()
    scripts(scene, steps[scene.run.what])
    yield


@contextlib.contextmanager
def downgrade(scene: Scene) -> Iterator[None]:
    scripts(scene, ["redirect;url=http://orion.example/"])
    yield


@contextlib.contextmanager
def omit_digest() -> Iterator[pytest.MonkeyPatch]:
    """Let the server announce no digest, because the digest alone would detect wrongly assembled content."""
    real = ranges.digest_headers

    def without_digest(digest: bytes, size: int) -> dict[str, str]:
        return {name: value for name, value in real(digest, size).items() if name != "Repr-Digest"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "digest_headers", without_digest)
        yield patch


@contextlib.contextmanager
def replace_content(scene: Scene) -> Iterator[None]:
    """Replace half-read content by other content of the same size; without `If-Range` the server sends a byte range of it."""
    ground, work, contents = scene.ground, scene.work, itertools.cycle([OTHER, CONTENT])
    work.id = ground.new_file("read")
    ground.put_content(work.id, CONTENT)

    def replace(attempt: int) -> None:
        # The response to every odd request is cut after its start.
        if attempt % 2 and (scene.stays or attempt == 1):
            work.content = next(contents)
            ground.put_content(work.id, work.content)

    second = {"step": "strip", "headers": ["If-Range"]} if scene.run.what == "replaced unseen" else "pass"
    steps: list[Any] = [{"step": "cut", "sent": 1000}, second]
    scene.on_response = replace
    scene.ready = lambda: scripts(scene, steps * (scene.given["attempts"] // 2) if scene.stays else [*steps, "pass"])
    with omit_digest():
        yield


# The Content-Range of a response with another byte range than requested; "pass" sends the true one.
_CONTENT_RANGES = {"other start": "pass", "no range": None, "other size": "bytes 1000-199999/300000"}


@contextlib.contextmanager
def misplace_range(scene: Scene) -> Iterator[None]:
    """Send a byte range from the first byte on, whatever start was requested."""
    real, header = ranges.parse_range, _CONTENT_RANGES[scene.run.what]
    wrong = header if header == "pass" else {"step": "headers", "headers": {"Content-Range": header}}
    cut = {"step": "cut", "sent": 1000}

    def parse_range(header: str, size: int) -> range | None:
        requested = real(header, size)
        assert requested is not None
        return range(len(requested))

    steps = [cut, *([wrong, cut] * (scene.given["attempts"] // 2) if scene.stays else [wrong, "pass"])]
    scene.ready = lambda: scripts(scene, steps)
    with omit_digest() as patch:
        patch.setattr(ranges, "parse_range", parse_range)
        yield


@contextlib.contextmanager
def redirect_to_storage(scene: Scene) -> Iterator[None]:
    """Check requests to content on another origin, which rejects a token."""
    storage = scene.ground.orion.storage
    storage.clear()
    yield
    requests = storage.requests()
    scene.hits = len(requests)
    assert requests, scene.reported
    assert not any("authorization" in each.headers or "cookie" in each.headers for each in requests)


HOW: dict[str, Callable[[Scene], contextlib.AbstractContextManager[None]]] = {
    "resolver": resolver, "down": down, "deaf": deaf, "idle": idle, "repeat": listing, "total": listing, "loop": listing,
    "replaced": replace_content, "replaced unseen": replace_content, "other start": misplace_range, "no range": misplace_range,
    "other size": misplace_range,
    "scheme": listing, "downgrade": downgrade, "storage": redirect_to_storage,
    "407": lambda scene: reject_connect(scene, "407"), "502": lambda scene: reject_connect(scene, "502"),
}  # fmt: skip
KINDS = {"script": scripted, "beyond": scripted, "toxic": add_toxic}
_PLAIN_ONLY = {"resolver", "down", "deaf", "407", "502"}
_TLS_ONLY = {"downgrade", "untrusted", "expired", "other host"}


def list_wires(cell: Cell, run: Run) -> list[str | None]:
    """List the proxies of a run by name; None for a direct connection."""
    if run.kind == "how" and run.what in _PLAIN_ONLY:
        return ["plain"]
    if run.kind == "how" and run.what in _TLS_ONLY:
        return ["tls"]
    return ["plain", "tls"] if cell.real else [None]
