"""The end of a TLS connection as the end of a body:

accepted only if TLS announces it, because otherwise the body may be truncated.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from connections_certificates import context_for, make
from helpers.canary import CANARY
from orion_api import AuthenticatedClient
from orion_api.api.files import download_file
from orion_api.errors import RequestFailed

from orionclient._transport import exchange
from orionclient.config import SessionConfig
from orionclient.exceptions import OrionConnectionError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

HOST = "orion.example.test"
CONTENT = b"some bytes" * 20_000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n"


class Ending:
    """A TLS server whose content ends as a test selects, and a proxy to it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.announced = True
        self.framing = "close"
        self.requests = 0
        self._threads: list[threading.Thread] = []
        self._sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.port, self.proxy = (each.getsockname()[1] for each in self._sockets)
        for listening, serve in zip(self._sockets, (self._serve, self._lead), strict=True):
            self._start(self._accept, listening, serve)

    def _start(self, function: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self, listening: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                raw, _ = listening.accept()
            except OSError:
                return
            raw.settimeout(10)
            self._start(self._guarded, serve, raw)

    @staticmethod
    def _guarded(serve: Callable[[socket.socket], None], raw: socket.socket) -> None:
        try:
            with raw:
                serve(raw)
        except OSError:
            return

    def _serve(self, raw: socket.socket) -> None:
        with self.context.wrap_socket(raw, server_side=True) as stream:
            self._request(stream)
            self.requests += 1
            body = CONTENT
            head = HEAD
            if self.framing == "length":
                head += b"Content-Length: %d\r\n" % len(CONTENT)
            if self.framing == "chunked":
                head += b"Transfer-Encoding: chunked\r\n"
                body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(CONTENT), CONTENT)
            stream.sendall(head + b"\r\n" + body)
            if self.announced:
                # The client may have closed already, after reading what it needed.
                stream.unwrap()
            else:
                with socket.socket(fileno=os.dup(stream.fileno())) as bare:
                    bare.shutdown(socket.SHUT_WR)
                stream.recv(1)

    @staticmethod
    def _request(stream: socket.socket) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            received = stream.recv(65536)
            if not received:
                raise ConnectionError
            head += received
        return head

    def _lead(self, raw: socket.socket) -> None:
        assert self._request(raw).startswith(b"CONNECT " + HOST.encode())
        raw.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as behind:
            back = self._start(self._pour, behind, raw)
            self._pour(raw, behind)
            back.join(10)

    @staticmethod
    def _pour(source: socket.socket, sink: socket.socket) -> None:
        try:
            while received := source.recv(65536):
                sink.sendall(received)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        for each in self._sockets:
            each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    folder = tmp_path_factory.mktemp("authority")
    root = make("root", ca=True)
    file = folder / "root.pem"
    file.write_bytes(root.pem)
    return context_for(folder, make("server", root, hosts=("127.0.0.1", HOST))), file


@pytest.fixture
def server(authority: tuple[ssl.SSLContext, Path]) -> Iterator[Ending]:
    running = Ending(authority[0])
    yield running
    exchange.close_connections()
    running.close()


class Drivers:
    """Every driver that can see the end of its connection."""

    def __init__(self, server: Ending, ca: Path, folder: Path) -> None:
        self.server, self.ca, self.folder = server, ca, folder

    def session(self, *, proxy: bool = False) -> OrionSession:
        url = f"https://{HOST}" if proxy else f"https://127.0.0.1:{self.server.port}"
        leads = f"http://127.0.0.1:{self.server.proxy}" if proxy else None
        config = SessionConfig(url, CANARY, ca_file=str(self.ca), proxy=leads)
        return OrionSession(config, requests_session=get_session({}, 10, 20))

    def iterate(self) -> bytes:
        return b"".join(File(id=1, session=self.session()).download())

    def path(self) -> bytes:
        target = self.folder / "target"
        File(id=1, session=self.session()).download_to_file(target)
        return target.read_bytes()

    def whole_body(self) -> bytes:
        return get_session({}, 10, 20).get(f"https://127.0.0.1:{self.server.port}/").content

    def through_a_proxy(self) -> bytes:
        return b"".join(File(id=1, session=self.session(proxy=True)).download())

    def asynchronous(self, *, proxy: bool = False) -> bytes:
        async def work() -> bytes:
            async with await download_file.asyncio(1, client=self.session(proxy=proxy).raw_async) as response:
                return await response.aread()

        return asyncio.run(work())

    def asynchronous_through_a_proxy(self) -> bytes:
        return self.asynchronous(proxy=True)

    def client(self) -> AuthenticatedClient:
        return AuthenticatedClient(f"https://127.0.0.1:{self.server.port}", CANARY, verify_ssl=str(self.ca))

    def bare(self) -> bytes:
        with self.client() as client, download_file.sync(1, client=client) as response:
            return b"".join(response.iter_bytes())

    def bare_asynchronous(self) -> bytes:
        async def work() -> bytes:
            async with self.client() as client, await download_file.asyncio(1, client=client) as response:
                return await response.aread()

        return asyncio.run(work())


NAMES = [name for name in vars(Drivers) if name[0] != "_" and name not in {"session", "client"}]


@pytest.fixture(params=NAMES)
def way(
    request: pytest.FixtureRequest,
    server: Ending,
    authority: tuple[ssl.SSLContext, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], bytes]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    return getattr(Drivers(server, authority[1], tmp_path), request.param)  # type: ignore[no-any-return]


def test_a_close_notify_ends_the_body(server: Ending, way: Callable[[], bytes]) -> None:
    assert way() == CONTENT


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_complete_body_needs_no_close_notify(server: Ending, way: Callable[[], bytes], framing: str) -> None:
    server.announced, server.framing = False, framing
    assert way() == CONTENT


def test_an_end_without_close_notify_is_an_error(server: Ending, way: Callable[[], bytes], tmp_path: Path) -> None:
    server.announced = False
    with pytest.raises((OrionConnectionError, RequestFailed)):
        way()
    assert server.requests
    assert not (tmp_path / "target").exists()


def test_a_truncated_write_may_have_been_applied(
    server: Ending, authority: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    server.announced = False
    http = get_session({}, 10, 20)
    with pytest.raises(OrionConnectionError) as caught:
        http.post(f"https://127.0.0.1:{server.port}/", data=b"x")
    assert caught.value.may_have_been_applied
    assert server.requests == 1
