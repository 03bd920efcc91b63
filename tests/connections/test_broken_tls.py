"""What breaks in TLS after the handshake: the request may have been applied. And presigned requests trust whom the profile trusts."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from pathlib import Path
from typing import Self

import pytest
from connections_certificates import Secure, context_for, make
from helpers.canary import CANARY
from orion_api.api.datasets import create_dataset

from orionclient.config import SessionConfig
from orionclient.exceptions import OrionConnectionError
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset

# What arrives where a TLS record should: plain text, and fatal alerts in the clear.
BROKEN = {
    "no record": b"HTTP/1.1 500 Internal Server Error\r\n",
    "a handshake alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "a protocol version alert": b"\x15\x03\x03\x00\x02\x02\x46",
    "the end": b"",
}


class Breaking:
    """A TLS server that reads a request, carries it out, and damages its response below TLS."""

    def __init__(self, context: ssl.SSLContext, junk: bytes) -> None:
        self._context, self._junk = context, junk
        self.applied = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            raw.settimeout(30)
            try:
                with self._context.wrap_socket(raw, server_side=True) as stream:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += stream.recv(65536)
                    self.applied += 1
                    below = socket.socket(fileno=os.dup(stream.fileno()))
                    with below:
                        below.sendall(self._junk)
                        below.shutdown(socket.SHUT_WR)
                        while below.recv(65536):
                            pass
            except OSError:
                continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(30)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("certificates")
    root = make("root", ca=True)
    leaf = make("leaf", root, hosts=("localhost", "127.0.0.1"))
    (folder / "ca.pem").write_bytes(root.pem)
    return folder / "ca.pem", context_for(folder, leaf)


def session_on(port: int, ca_file: Path) -> OrionSession:
    return OrionSession(SessionConfig(url=f"https://localhost:{port}", token=CANARY, ca_file=str(ca_file)))


def create(session: OrionSession, *, asynchronous: bool) -> None:
    if asynchronous:
        asyncio.run(create_dataset.asyncio(client=session.raw_async, body={"name": "x"}))
    else:
        Dataset.create(session, "x")


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("junk", BROKEN)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def test_a_creation_may_have_been_applied(
    trusted: tuple[Path, ssl.SSLContext], junk: str, version: ssl.TLSVersion, asynchronous: bool
) -> None:
    ca_file, context = trusted
    context.maximum_version = version
    with Breaking(context, BROKEN[junk]) as server:
        session = session_on(server.port, ca_file)
        with pytest.raises(OrionConnectionError) as caught:
            create(session, asynchronous=asynchronous)
        assert server.applied == 1
    assert caught.value.call is not None
    assert caught.value.call.may_have_been_applied


def test_a_handshake_that_fails_sends_nothing(trusted: tuple[Path, ssl.SSLContext], tmp_path: Path) -> None:
    stranger = tmp_path / "other.pem"
    stranger.write_bytes(make("other", ca=True).pem)
    with Secure(trusted[1]) as server, pytest.raises(OrionConnectionError, match="not trusted") as caught:
        Dataset.create(session_on(server.port, stranger), "x")
    assert server.requests == []
    assert caught.value.call is not None
    assert not caught.value.call.may_have_been_applied


def test_a_presigned_request_trusts_whom_the_profile_trusts(trusted: tuple[Path, ssl.SSLContext]) -> None:
    ca_file, context = trusted
    with Secure(context) as stack, Secure(context) as storage:
        session = session_on(stack.port, ca_file)
        response = session._calls.put_presigned(f"https://localhost:{storage.port}/key?signature=1", b"x", {}, "part 1")
        assert response.ok
        (head,) = storage.requests
    assert b"authorization" not in head.lower()


def test_a_presigned_request_on_the_own_origin_has_no_token(trusted: tuple[Path, ssl.SSLContext]) -> None:
    ca_file, context = trusted
    with Secure(context) as stack:
        response = session_on(stack.port, ca_file)._calls.put_presigned("/key?signature=1", b"x", {}, "part 1")
        assert response.ok
        (head,) = stack.requests
    assert b"authorization" not in head.lower()


def test_a_presigned_request_takes_the_proxy_of_the_profile() -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        heads: list[bytes] = []

        def serve() -> None:
            raw, _ = proxy.accept()
            with raw:
                raw.settimeout(30)
                heads.append(raw.recv(65536))
                raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        config = SessionConfig(
            url="http://stack.test", token=CANARY, allow_http=True, proxy=f"http://127.0.0.1:{proxy.getsockname()[1]}"
        )
        session = OrionSession(config, requests_session=get_session(retry_dict={}))
        assert session._calls.put_presigned("http://storage.test/key", b"x", {}, "part 1").ok
        thread.join(30)
    assert heads[0].startswith(b"PUT http://storage.test/key ")
