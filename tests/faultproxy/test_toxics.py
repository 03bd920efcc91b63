"""Tests of every toxic of the fault proxy, with a client and a server on plain sockets."""

from __future__ import annotations

import contextlib
import inspect
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from connections_certificates import context_for, make

from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.testing import FaultProxy

LINE = b"0123456789" * 10


class Echo:
    """A server that sends received data back and records it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.received = bytearray()
        self.ends: list[str] = []
        self.ended = threading.Semaphore(0)

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(raw,), daemon=True).start()

    def _echo(self, raw: socket.socket) -> None:
        how = "close"
        with raw:
            try:
                while data := raw.recv(65536):
                    self.received += data
                    raw.sendall(data)
            except OSError:
                how = "reset"
        self.ends.append(how)
        self.ended.release()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # close() does not wake a thread that waits in accept().
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        yield server


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    with FaultProxy(echo.url, seed=7) as running:
        yield running


def exchange(proxy: FaultProxy, data: bytes = LINE, seconds: float = 5.0) -> bytes | str:
    """Send data and read it back until it is complete or the connection ends.

    Returns:
        The received bytes; or `refused`, `reset` or `timeout` if the connection failed so.
    """
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), seconds) as line:
            line.sendall(data)
            while len(received) < len(data) and (chunk := line.recv(65536)):
                received += chunk
    except ConnectionRefusedError:
        return "refused"
    except ConnectionError:
        return "reset"
    except TimeoutError:
        return "timeout"
    return received


def test_without_toxics_the_bytes_pass_unchanged(proxy: FaultProxy, echo: Echo) -> None:
    data = LINE * 20_000
    assert exchange(proxy, data) == data
    counts = proxy.counts()
    assert (counts.upstream, counts.downstream, counts.dropped) == (len(data), len(data), 0)
    assert (counts.connections, counts.resets, counts.hits) == (1, 0, {})


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
def test_latency(proxy: FaultProxy, direction: str) -> None:
    toxic = proxy.latency(0.2, 0.1, direction=direction)  # type: ignore[arg-type]
    started = time.monotonic()
    assert exchange(proxy) == LINE
    assert time.monotonic() - started >= 0.1
    assert (toxic.hits, proxy.counts().hits) == (1, {"latency": 1})


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
def test_bandwidth(proxy: FaultProxy, direction: str) -> None:
    proxy.bandwidth(400, direction=direction)  # type: ignore[arg-type]
    started = time.monotonic()
    assert exchange(proxy) == LINE
    assert time.monotonic() - started >= len(LINE) / 400


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
def test_slicer(proxy: FaultProxy, direction: str) -> None:
    proxy.slicer(10, 3, 0.01, direction=direction)  # type: ignore[arg-type]
    started = time.monotonic()
    assert exchange(proxy) == LINE
    assert time.monotonic() - started >= 0.01 * (len(LINE) // 13)


def test_slow_close(proxy: FaultProxy) -> None:
    proxy.slow_close(0.2, direction="upstream")
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
        started = time.monotonic()
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""
        assert time.monotonic() - started >= 0.2


def test_timeout(proxy: FaultProxy, echo: Echo) -> None:
    proxy.timeout(0.1)
    assert exchange(proxy) == b""
    assert bytes(echo.received) == LINE
    assert proxy.counts().dropped == len(LINE)


def test_timeout_without_end(proxy: FaultProxy, echo: Echo) -> None:
    toxic = proxy.timeout(direction="upstream")
    assert exchange(proxy, seconds=0.1) == "timeout"
    assert bytes(echo.received) == b""
    proxy.remove(toxic)
    assert echo.ended.acquire(timeout=120)
    assert exchange(proxy) == LINE


@pytest.mark.parametrize(("direction", "arrived"), [("upstream", b""), ("downstream", LINE)])
def test_reset_peer(proxy: FaultProxy, echo: Echo, direction: str, arrived: bytes) -> None:
    proxy.reset_peer(direction=direction, times=1)  # type: ignore[arg-type]
    assert exchange(proxy) == "reset"
    assert echo.ended.acquire(timeout=120)
    assert bytes(echo.received) == arrived
    assert echo.ends == ["reset"]
    assert exchange(proxy) == LINE
    assert proxy.counts().resets == 1


@pytest.mark.parametrize(("how", "expected"), [("close", LINE[:30]), ("reset", "reset")])
def test_limit_data(proxy: FaultProxy, how: str, expected: bytes | str) -> None:
    proxy.limit_data(30, how=how)  # type: ignore[arg-type]
    assert exchange(proxy) == expected
    assert proxy.counts().downstream == 30
    assert proxy.counts().dropped == len(LINE) - 30


def test_limit_data_upstream(proxy: FaultProxy, echo: Echo) -> None:
    proxy.limit_data(30, direction="upstream")
    exchange(proxy)
    assert echo.ended.acquire(timeout=120)
    assert bytes(echo.received) == LINE[:30]


def test_down_and_up(proxy: FaultProxy, echo: Echo) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
        line.sendall(LINE)
        assert line.recv(1) == LINE[:1]
        proxy.disable()
        with pytest.raises(ConnectionResetError):
            # Data that was received before may still be buffered.
            b"".join(iter(lambda: line.recv(1000), b""))
    assert exchange(proxy) == "refused"
    proxy.enable()
    assert exchange(proxy) == LINE


def test_open_connections_are_ended(proxy: FaultProxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
        line.sendall(LINE)
        assert line.recv(1000) == LINE
        assert proxy.close_connections() == 1
        assert line.recv(1) == b""
    assert proxy.counts().open == 0


def test_a_tls_connection_can_be_closed_twice(tmp_path: Path) -> None:
    root = make("root", ca=True)
    context = context_for(tmp_path, make("server", root, hosts=("localhost",)))
    trusting = ssl.create_default_context(cadata=root.pem.decode())
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        FaultProxy(f"http://127.0.0.1:{server.getsockname()[1]}", context=context) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), 5) as raw,
        trusting.wrap_socket(raw, server_hostname="localhost") as line,
    ):
        line.sendall(LINE)
        with server.accept()[0] as taken:
            # Unread data at the close of the server would cause a reset.
            assert taken.recv(len(LINE), socket.MSG_WAITALL) == LINE
        # The proxy has closed its side and waits for the client.
        assert line.recv(1) == b""
        proxy.close_connections()
        with socket.socket(fileno=line.detach()) as below, contextlib.suppress(ConnectionResetError):
            below.settimeout(5)
            assert b"".join(iter(lambda: below.recv(1000), b"")) == b""


def test_a_new_toxic_affects_open_connections(proxy: FaultProxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
        line.sendall(LINE)
        assert line.recv(1000) == LINE
        proxy.limit_data(4)
        line.sendall(LINE)
        assert line.recv(1000) == LINE[:4]


def hit_by(seed: int, url: str) -> list[bool]:
    with FaultProxy(url, seed=seed) as proxy:
        proxy.limit_data(3, probability=0.5)
        return [exchange(proxy) != LINE for _ in range(20)]


def test_the_seed_determines_the_affected_connections(echo: Echo) -> None:
    first = hit_by(1, echo.url)
    assert first == hit_by(1, echo.url)
    assert first != hit_by(2, echo.url)
    assert 0 < sum(first) < 20


@pytest.mark.parametrize(
    "wrong",
    [
        lambda proxy: proxy.latency(-1),
        lambda proxy: proxy.latency(1, probability=2),
        lambda proxy: proxy.latency(1, direction="sideways"),
        lambda proxy: proxy.latency(1, times=0),
        lambda proxy: proxy.bandwidth(0),
        lambda proxy: proxy.slicer(0),
        lambda proxy: proxy.limit_data(1, how="softly"),
        lambda _: FaultProxy("somewhere"),
    ],
)
def test_invalid_arguments_are_rejected(wrong: Callable[[FaultProxy], object]) -> None:
    with pytest.raises(ValueError, match="[a-z]"):
        wrong(FaultProxy("http://127.0.0.1:1"))


def test_a_stopped_proxy_rejects_calls() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        FaultProxy("http://127.0.0.1:1").disable()


def test_a_session_through_the_proxy(tmp_path: Path) -> None:
    with LocalOrion(tmp_path, seed="demo", proxied=True) as orion, FaultProxy(orion.url) as proxy:
        session = OrionSession(orion.config(url=proxy.url))
        proxy.reset_peer(times=1)
        assert session.get_user_profile().username == "ada"
        assert proxy.counts().connections == 2
        assert len(orion.faults.requests("get_current_user")) == 2


def test_every_toxic_is_documented_with_its_parameters() -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_bytes().decode()
    documented = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", page, re.MULTILINE))
    shared = {"self", "direction", "probability", "times"}
    toxics = {
        name: [parameter for parameter in inspect.signature(method).parameters if parameter not in shared]
        for name, method in vars(FaultProxy).items()
        if not name.startswith("_") and getattr(method, "__annotations__", {}).get("return") == "Toxic"
    }
    assert len(toxics) == 7
    assert {name: re.findall(r"(\w+)(?:=[^,]+)?", documented[name]) for name in toxics} == toxics
    assert all(f"`{name}`" in str(FaultProxy.__doc__) for name in toxics)
