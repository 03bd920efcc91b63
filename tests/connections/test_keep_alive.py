"""Limits of idle connections that a server announces, and TCP keep-alive."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from helpers.socks5 import Socks5Proxy
from orion_api.api.files import get_file

from orionclient._runtime.clock import CLOCK
from orionclient._transport import exchange
from orionclient._transport.idle import ReuseLimit
from orionclient.config import SessionConfig
from orionclient.session import OrionSession
from orionclient.types import File

from connections_certificates import FILE  # isort: skip


@pytest.fixture(autouse=True)
def no_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Drop idle connections of other tests, and proxies of the environment."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    exchange.close_connections()
    yield
    exchange.close_connections()


def by_session(session: OrionSession, waits: list[float]) -> None:
    session.get_resource(File, 1)
    for seconds in waits:
        CLOCK.sleep(seconds)
        session.get_resource(File, 1)


def by_raw_async(session: OrionSession, waits: list[float]) -> None:
    async def work() -> None:
        async with session.raw_async as client:
            await get_file.asyncio(1, client=client)
            for seconds in waits:
                CLOCK.sleep(seconds)
                await get_file.asyncio(1, client=client)

    asyncio.run(work())


Way = Callable[[OrionSession, list[float]], None]
WAYS = pytest.mark.parametrize("way", [by_session, by_raw_async])
THROUGH = pytest.mark.parametrize("through", ["no proxy", "http proxy", "SOCKS proxy"])


class Ports:
    """Responds with a `Keep-Alive` header, and records the port of the client for each request."""

    def __init__(self, *headers: str | None) -> None:
        self._headers = list(headers)
        self.ports: list[int] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        header = self._headers.pop(0) if len(self._headers) > 1 else self._headers[0]
        self.ports.append(handler.client_address[1])
        body = json.dumps(FILE).encode()
        handler.send_response_only(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        if header is not None:
            handler.send_header("Connection", "keep-alive")
            handler.send_header("Keep-Alive", header)
        handler.end_headers()
        handler.wfile.write(body)

    @property
    def connections(self) -> list[int]:
        """Index of the connection of each request."""
        known = list(dict.fromkeys(self.ports))
        return [known.index(port) for port in self.ports]


def _send(scripted: Scripted, way: Way, through: str, *headers: str | None, waits: list[float]) -> list[int]:
    """Send a request, and one more after each wait; return the index of the connection of each request."""
    ports = Ports(*headers)
    scripted.then(ScriptedResponse(write=ports))
    with Socks5Proxy() as socks:
        proxy = {"http proxy": scripted.url, "SOCKS proxy": f"socks5h://{socks.address}"}.get(through)
        url = scripted.url if proxy is None else scripted.url.replace("127.0.0.1", "orion.example.test")
        way(OrionSession(SessionConfig(url, CANARY, allow_http=True, proxy=proxy)), waits)
        exchange.close_connections()
    return ports.connections


@WAYS
@THROUGH
@pytest.mark.parametrize(
    ("header", "waits", "connections"),
    [
        # without an announced limit
        (None, [49.5, 50.5], [0, 0, 1]),
        # The margin is 2 s, or half of the limit.
        ("timeout=5", [2.5, 3.5], [0, 0, 1]),
        ("timeout=30, max=100", [27.5, 28.5], [0, 0, 1]),
        ("timeout=2", [0.5, 1.5], [0, 0, 1]),
        ("timeout=0", [0.0, 0.0], [0, 1, 2]),
        # A longer limit does not replace that of load balancers.
        ("timeout=600", [49.5, 50.5], [0, 0, 1]),
    ],
)
def test_the_announced_limit(
    scripted: Scripted, way: Way, through: str, header: str | None, waits: list[float], connections: list[int]
) -> None:
    assert _send(scripted, way, through, header, waits=waits) == connections


@WAYS
@THROUGH
@pytest.mark.parametrize(
    ("headers", "connections"),
    [
        # a total, as some servers send with every response
        (["max=2"], [0, 0, 1, 1, 2]),
        (["max=1"], [0, 1, 2, 3, 4]),
        (["max=0"], [0, 1, 2, 3, 4]),
        # a countdown
        (["timeout=5, max=3", "timeout=5, max=2", "timeout=5, max=1", "timeout=5, max=0"], [0, 0, 0, 1, 2]),
        (["max=100", "max=0", "max=100"], [0, 0, 1, 1, 1]),
        (["max=100", None], [0, 0, 0, 0, 0]),
    ],
)
def test_the_announced_count(
    scripted: Scripted, way: Way, through: str, headers: list[str | None], connections: list[int]
) -> None:
    assert _send(scripted, way, through, *headers, waits=[0.0] * 4) == connections


@WAYS
def test_the_last_response_decides(scripted: Scripted, way: Way) -> None:
    headers = ["timeout=5", "timeout=20", "timeout=5"]
    assert _send(scripted, way, "no proxy", *headers, waits=[1.0, 10.0, 4.0]) == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("timeout=5", 3.0),
        ("Timeout = 5", 3.0),
        ('timeout="5"', 3.0),
        ("max=7,timeout=5", 3.0),
        ("timeout=3", 1.5),
        ("timeout=5.9", 3.0),
        ("timeout=99999999999999999999", 50.0),
        ("timeout", 50.0),
        ("timeout=", 50.0),
        ("timeout=-1", 50.0),
        ("timeout=x", 50.0),
        ("mytimeout=5", 50.0),
        ("", 50.0),
    ],
)
def test_forms_of_the_header(monkeypatch: pytest.MonkeyPatch, header: str, seconds: float) -> None:
    now = 100.0
    monkeypatch.setattr(CLOCK, "monotonic", lambda: now)
    limit = ReuseLimit()
    limit.record_response(header.encode())
    limit.start_idle()
    now += seconds
    assert not limit.is_reached()
    now += 0.001
    assert limit.is_reached()


def _options(port: int) -> list[tuple[int, ...]]:
    """Return the TCP keep-alive options of the connections of this process to a port."""
    found = []
    for each in gc.get_objects():
        if type(each) is socket.socket and each.fileno() >= 0 and each.family == socket.AF_INET:
            try:
                peer = each.getpeername()
            except OSError:
                continue
            if peer[1] == port:
                names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
                values = [each.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names]
                found.append((each.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), *values))
    return found


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the options have other names on this system")
@WAYS
@THROUGH
def test_tcp_keep_alive(scripted: Scripted, way: Way, through: str) -> None:
    options: list[tuple[int, ...]] = []

    with Socks5Proxy() as socks:
        port = int((socks.url if through == "SOCKS proxy" else scripted.url).rpartition(":")[2])

        def respond(handler: BaseHTTPRequestHandler) -> None:
            # The sockets of the server have the port as their own, not as that of their peer.
            options.extend(_options(port))
            Ports(None)(handler)

        scripted.then(ScriptedResponse(write=respond))
        proxy = {"http proxy": scripted.url, "SOCKS proxy": f"socks5h://{socks.address}"}.get(through)
        url = scripted.url if proxy is None else scripted.url.replace("127.0.0.1", "orion.example.test")
        way(OrionSession(SessionConfig(url, CANARY, allow_http=True, proxy=proxy)), [])
        exchange.close_connections()
    assert options == [(1, 60, 15, 4)]
