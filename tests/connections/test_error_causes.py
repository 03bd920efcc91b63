"""Connection errors: each has only its own cause, and quotes nothing that the server sent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from connections_certificates import Secure, context_for, make
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import create_dataset
from orion_api.api.files import download_file, get_file
from orion_api.models import CreateDataset

from orionclient._transport import exchange
from orionclient.config import SessionConfig
from orionclient.exceptions import OrionConnectionError, OrionError
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File


def _reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def _half(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 10\r\n\r\nhalf")
    handler.close_connection = True


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[SessionConfig]:
    with Secure(context_for(tmp_path, make("untrusted", hosts=("127.0.0.1",)))) as server:
        yield SessionConfig(f"https://127.0.0.1:{server.port}", CANARY)
    exchange.close_connections()


def create(session: OrionSession) -> object:
    return session.create_resource(Dataset, {"name": "x"})


def create_raw(session: OrionSession) -> object:
    return create_dataset.sync(client=session.raw, body=CreateDataset(name="x"))


async def create_raw_async(session: OrionSession) -> object:
    return await create_dataset.asyncio(client=session.raw_async, body=CreateDataset(name="x"))


def download(session: OrionSession) -> object:
    return list(File(id=1, session=session).download())


def by_buffer(session: OrionSession) -> object:
    with session._calls.make_opener(download_file, download_file.build(1))({}) as response:
        buffer = memoryview(bytearray(8))
        while response.readinto(buffer):
            pass
    return None


async def download_raw_async(session: OrionSession) -> object:
    response = await download_file.asyncio(1, client=session.raw_async)
    return [chunk async for chunk in response.aiter_bytes()]


WAYS = [
    (create, _reset, "connection lost"),
    (create_raw, _reset, "connection lost"),
    (create_raw_async, _reset, "connection lost"),
    (download, _half, "received 4 bytes"),
    (by_buffer, _half, "received 4 bytes"),
    (download_raw_async, _half, "received 4 bytes"),
]


@pytest.mark.parametrize(("way", "harm", "words"), WAYS, ids=[way.__name__ for way, _, _ in WAYS])
def test_an_error_handled_by_the_caller_is_not_the_cause(
    scripted: Scripted,
    untrusted: SessionConfig,
    way: Callable[[OrionSession], object],
    harm: Callable[[BaseHTTPRequestHandler], None],
    words: str,
) -> None:
    scripted.then(ScriptedResponse(write=harm))

    caught: list[OrionConnectionError] = []

    async def work() -> None:
        try:
            await get_file.asyncio(1, client=OrionSession(untrusted).raw_async)
        except OrionConnectionError as first:
            caught.append(first)
            try:
                result = way(OrionSession(scripted.config(), requests_session=get_session({}, retry_timeout=1)))
                if hasattr(result, "__await__"):
                    await result
            except OrionConnectionError as second:
                caught.append(second)

    asyncio.run(work())
    first, second = caught
    assert "not trusted" in str(first)
    assert words in str(second)
    assert "not trusted" not in str(second)
    assert second.may_have_been_applied == (harm is _reset)
    assert len(scripted.requests) == 1 or harm is _half


def _echo(start: bytes) -> ScriptedResponse:
    """Send the Authorization header back in invalid places of a response."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.wfile.write(start + handler.headers["Authorization"].encode() + b"\r\n\r\n")

    return ScriptedResponse(write=write)


ECHOES = {
    "in a header": _echo(b"HTTP/1.1 200 OK\r\nX-Echo : "),
    "as the status": _echo(b""),
    "as the length of a chunk": _echo(b"HTTP/1.1 200 OK\r\nETag: x\r\nTransfer-Encoding: chunked\r\n\r\n"),
}


def read(session: OrionSession) -> object:
    return session.get_resource(File, 1)


async def read_raw_async(session: OrionSession) -> object:
    return await get_file.asyncio(1, client=session.raw_async)


@pytest.mark.parametrize("way", [read, read_raw_async, download, by_buffer, download_raw_async])
@pytest.mark.parametrize("echo", ECHOES)
def test_invalid_http_is_not_quoted(
    scripted: Scripted, echo: str, way: Callable[[OrionSession], object], caplog: pytest.LogCaptureFixture
) -> None:
    # At this level the library logs what it received, at the request of the user.
    for name in ("httpcore", "httpcore2"):
        caplog.set_level(logging.INFO, logger=name)
    scripted.then(ECHOES[echo])

    async def work() -> None:
        result = way(scripted.session(retry_timeout=1))
        if hasattr(result, "__await__"):
            await result

    with pytest.raises(OrionError) as caught:
        asyncio.run(work())
    shown = "".join(traceback.format_exception(caught.value))
    assert "the response is not valid HTTP: illegal" in shown
    for text in (shown, repr(caught.value), str(caught.value), repr(caught.value.__cause__)):
        assert CANARY not in text
        assert CANARY[:12] not in text
