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
from orion_api.api.files import get_file

from orionclient._transport import exchange
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
