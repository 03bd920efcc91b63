"""Bytes that a server sends after its response are never taken for the next response."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from connections_certificates import FILE, context_for, make
from helpers.canary import CANARY
from helpers.threaded import ThreadedServer
from orion_api.api.files import get_file

from orionclient._requesting.retry import Policy
from orionclient._requesting.retry_loop import CallOptions, send_async
from orionclient._transport import exchange
from orionclient._transport.async_exchange import AsyncConnections
from orionclient._transport.request import PreparedRequest
from orionclient.config import SessionConfig
from orionclient.session import OrionSession, get_session
from orionclient.types import File

HOST = "orion.example.test"


def _response(name: str) -> bytes:
    body = json.dumps({**FILE, "name": name}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


class SurplusServer:
    """A server whose first response is followed by another, unrequested one; it counts connections.

    The head is sent alone, then the rest in `records` chunks, each of them a TLS record.
    """

    def __init__(self, context: ssl.SSLContext | None, records: int, surplus: bytes) -> None:
        self._context, self._records, self._surplus = context, records, surplus
        self.connections, self.requests = 0, 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                raw, _ = self._socket.accept()
                self.connections += 1
                worker = threading.Thread(target=self._talk, args=(raw,), daemon=True)
                self._threads.append(worker)
                worker.start()

    def _talk(self, raw: socket.socket) -> None:
        raw.settimeout(5)
        with contextlib.suppress(OSError), raw:
            stream = self._context.wrap_socket(raw, server_side=True) if self._context else raw
            with stream:
                while self._has_request(stream):
                    self.requests += 1
                    if self.requests > 1:
                        stream.sendall(_response("grace"))
                        continue
                    head, _, body = _response("ada").partition(b"\r\n\r\n")
                    stream.sendall(head + b"\r\n\r\n")
                    # One packet for the rest, so that it arrives together.
                    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
                    for chunk in [body + self._surplus] if self._records == 1 else [body, self._surplus]:
                        stream.sendall(chunk)
                    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    @staticmethod
    def _has_request(stream: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = stream.recv(65536)
            if not chunk:
                return False
            head += chunk
        return True

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        exchange.close_connections()
        for thread in self._threads:
            thread.join(6)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    folder = tmp_path_factory.mktemp("surplus")
    root = make("own root", ca=True)
    file = folder / "root.pem"
    file.write_bytes(root.pem)
    return context_for(folder, make("server", root, hosts=(HOST, "127.0.0.1"))), file


@pytest.fixture(autouse=True)
def resolve_test_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1" if host == HOST else host, *rest, **more)
    )
    yield
    exchange.close_connections()


def by_session(config: SessionConfig) -> list[str]:
    session = OrionSession(config)
    return [session.get_resource(File, 1).name for _ in range(2)]


def by_http_session(config: SessionConfig) -> list[str]:
    return [str(get_session().get(f"{config.url}/x").json()["name"]) for _ in range(2)]


def by_raw(config: SessionConfig) -> list[str]:
    session = OrionSession(config)
    return [str(get_file.sync(1, client=session.raw).name) for _ in range(2)]


def by_raw_async(config: SessionConfig) -> list[str]:
    async def work() -> list[str]:
        async with OrionSession(config).raw_async as client:
            return [str((await get_file.asyncio(1, client=client)).name) for _ in range(2)]

    return asyncio.run(work())


@pytest.mark.parametrize("surplus", [_response("mallory"), b"\n"], ids=["a response", "a byte"])
@pytest.mark.parametrize("records", [1, 2])
@pytest.mark.parametrize("way", [by_session, by_http_session, by_raw, by_raw_async])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_surplus_bytes_are_not_a_response(
    secure: tuple[ssl.SSLContext, Path],
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    way: Callable[[SessionConfig], list[str]],
    records: int,
    surplus: bytes,
) -> None:
    context, file = secure
    if way is by_http_session:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with SurplusServer(context if scheme == "https" else None, records, surplus) as server:
        names = way(SessionConfig(f"{scheme}://127.0.0.1:{server.port}", CANARY, ca_file=str(file)))
        assert names == ["ada", "grace"]
        assert (server.connections, server.requests) == (2, 2)


@pytest.mark.parametrize("way", [by_session, by_raw_async])
def test_surplus_bytes_of_a_proxy(way: Callable[[SessionConfig], list[str]]) -> None:
    with SurplusServer(None, 1, _response("mallory")) as proxy:
        config = SessionConfig("http://orion.invalid", CANARY, allow_http=True, proxy=f"http://127.0.0.1:{proxy.port}")
        assert way(config) == ["ada", "grace"]
        assert (proxy.connections, proxy.requests) == (2, 2)


@pytest.mark.parametrize("way", [by_session, by_raw_async])
def test_without_surplus_the_connection_is_reused(
    secure: tuple[ssl.SSLContext, Path], way: Callable[[SessionConfig], list[str]]
) -> None:
    context, file = secure
    for scheme, used in (("http", None), ("https", context)):
        with SurplusServer(used, 1, b"") as server:
            assert way(SessionConfig(f"{scheme}://127.0.0.1:{server.port}", CANARY, ca_file=str(file))) == [
                "ada",
                "grace",
            ]
            assert (server.connections, server.requests) == (1, 2)


# Method, status line and headers of responses without a body.
WITHOUT_BODY = {
    "204": ("DELETE", "204 No Content", ""),
    "204 with a length": ("DELETE", "204 No Content", "Content-Length: 20"),
    "204 in chunks": ("DELETE", "204 No Content", "Transfer-Encoding: chunked"),
    "304": ("GET", "304 Not Modified", ""),
    "304 with a length": ("GET", "304 Not Modified", "Content-Length: 20"),
    "HEAD": ("HEAD", "200 OK", ""),
    "HEAD with a length": ("HEAD", "200 OK", "Content-Length: 20"),
    "HEAD in chunks": ("HEAD", "200 OK", "Transfer-Encoding: chunked"),
    "an empty body": ("GET", "200 OK", "Content-Length: 0"),
}


class LateServer(ThreadedServer):
    """A server whose first response has no body, until it sends another response on the same connection."""

    def __init__(self, head: str) -> None:
        super().__init__()
        self._head = head.encode()
        self._first: socket.socket | None = None

    def serve(self, client: socket.socket) -> None:
        client.settimeout(5)
        with contextlib.suppress(OSError), client:
            while SurplusServer._has_request(client):
                if self._first is None:
                    self._first = client
                    client.sendall(self._head)
                elif self._first is client:
                    self.send_surplus()
                else:
                    client.sendall(_response("grace"))

    def send_surplus(self) -> None:
        assert self._first is not None
        # The client may have closed the connection already.
        with contextlib.suppress(OSError):
            self._first.sendall(_response("mallory"))


def _send_twice(url: str, method: str, between: Callable[[], None]) -> str:
    session = get_session({})
    session.request(method, url)
    between()
    return str(session.get(url).json()["name"])


def _send_twice_async(url: str, method: str, between: Callable[[], None]) -> str:
    async def work() -> str:
        options = CallOptions(Policy(retry_dict={}))
        async with AsyncConnections(exchange.Settings()) as connections:
            first = PreparedRequest(method=method, url=url, action="first")
            await (await send_async(first, options, None, connections)).aclose()
            between()
            second = PreparedRequest(method="GET", url=url, action="second")
            response = await send_async(second, options, None, connections)
            return str(json.loads(await response.aread())["name"])

    return asyncio.run(work())


@pytest.mark.parametrize("send_twice", [_send_twice, _send_twice_async])
@pytest.mark.parametrize("case", WITHOUT_BODY)
def test_a_body_that_arrives_while_the_connection_is_idle(case: str, send_twice: Callable[..., str]) -> None:
    method, status, header = WITHOUT_BODY[case]
    exchange.close_connections()
    with LateServer("\r\n".join(filter(None, [f"HTTP/1.1 {status}", header])) + "\r\n\r\n") as server:
        assert send_twice(server.url, method, server.send_surplus) == "grace"
        assert server.connections == 2


@pytest.mark.parametrize("send_twice", [_send_twice, _send_twice_async])
@pytest.mark.parametrize("case", [case for case in WITHOUT_BODY if " with " in case or "chunks" in case])
def test_an_announced_body_that_arrives_with_the_next_response(case: str, send_twice: Callable[..., str]) -> None:
    method, status, header = WITHOUT_BODY[case]
    exchange.close_connections()
    with LateServer(f"HTTP/1.1 {status}\r\n{header}\r\n\r\n") as server:
        assert send_twice(server.url, method, lambda: None) == "grace"
        assert server.connections == 2


@pytest.mark.parametrize("send_twice", [_send_twice, _send_twice_async])
@pytest.mark.parametrize(("method", "status"), [("DELETE", "204 No Content"), ("HEAD", "200 OK")])
@pytest.mark.parametrize("header", ["Content-Length: 0", "X: y"])
def test_without_a_body_the_connection_is_reused(
    method: str, status: str, header: str, send_twice: Callable[..., str]
) -> None:
    exchange.close_connections()
    with LateServer(f"HTTP/1.1 {status}\r\n{header}\r\n\r\n") as server:
        # On the same connection the test server sends its other response.
        assert send_twice(server.url, method, lambda: None) == "mallory"
        assert server.connections == 1
