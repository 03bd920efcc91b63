"""How the faults of the matrix come about: steps of the local Orion, toxics, and what neither of them can do."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

from matrix_cells import Cell, Run
from matrix_scene import ENDLESS, Scene

from orionclient.testing import FaultProxy


@contextlib.contextmanager
def scripted(scene: Scene) -> Iterator[None]:
    steps = scene.run.what
    if scene.stays and scene.expected == "R":
        count = scene.given.get("attempts", 5)
        if "policy" in scene.given:
            count = next(iter(scene.given["policy"].values())) + 1
        steps = [steps[-1]] * count
    elif scene.stays:
        steps = steps * ENDLESS
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
            caller.setblocking(False)
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
