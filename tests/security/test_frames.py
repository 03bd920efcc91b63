"""Tracebacks with local variables, as error trackers record them, never contain the token or a signature."""

from __future__ import annotations

import asyncio
import socket
import struct
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from helpers.canary import CANARY, contains_token
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file, upload_file_content

from orionclient._transport.request import PreparedRequest
from orionclient.exceptions import OrionError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

BODY = b"x" * (32 << 20)


def reset(handler: Any) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def close(handler: Any) -> None:
    handler.close_connection = True


def garbage(handler: Any) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    handler.close_connection = True


def odd(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n")
    handler.close_connection = True


def stall(handler: Any) -> None:
    handler.connection.recv(1)
    handler.close_connection = True


def cut(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    handler.close_connection = True


def cut_chunk(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")
    handler.close_connection = True


def rejected(handler: Any) -> None:
    data = b'{"detail": "no"}'
    handler.wfile.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data))


FAULTS = {each.__name__: each for each in (reset, close, garbage, odd, stall, cut, cut_chunk, rejected)}
WAYS: dict[str, Callable[[OrionSession], Any]] = {
    "session": lambda session: session.get_resource(File, 1),
    "raw": lambda session: get_file.sync(1, client=session.raw),
    "raw_async": lambda session: asyncio.run(get_file.asyncio(1, client=session.raw_async)),
}


def shown(error: BaseException) -> str:
    """Return the error with the local variables of its frames, except those of the test, which have the token."""
    found = traceback.TracebackException.from_exception(error, capture_locals=True, lookup_lines=False)
    parts, left = [], [found]
    while left:
        each = left.pop()
        frames = [frame for frame in each.stack if not frame.filename.startswith(__file__)]
        parts += [f"{frame.filename} {frame.name} {frame.locals}" for frame in frames]
        parts += each.format_exception_only()
        left += [more for more in (each.__cause__, each.__context__) if more is not None]
    assert parts
    return "\n".join(parts)


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_no_frame_shows_the_token(scripted: Scripted, fault: str, way: str) -> None:
    scripted.then(ScriptedResponse(write=FAULTS[fault]))
    with pytest.raises(OrionError) as raised:
        WAYS[way](scripted.session(request_timeout=2, retry_timeout=2))
    assert scripted.requests[0].headers["Authorization"] == f"Token {CANARY}"
    assert not contains_token(shown(raised.value))


@pytest.mark.parametrize("way", sorted(WAYS))
def test_no_frame_shows_the_token_if_the_connection_is_rejected(scripted: Scripted, way: str) -> None:
    with Scripted(ScriptedResponse()) as gone:
        url = gone.url
    with pytest.raises(OrionError) as raised:
        WAYS[way](OrionSession(scripted.config(url=url)))
    assert not contains_token(shown(raised.value))


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_no_frame_shows_a_signature(scripted: Scripted, fault: str, way: str) -> None:
    # The second address is presigned, as those of a storage service are.
    signed = f"/elsewhere?X-Signature={CANARY.replace('+', '-').replace('/', '-').replace('=', '-')}"
    scripted.then(ScriptedResponse(302, headers={"Location": signed}), ScriptedResponse(write=FAULTS[fault]))
    with pytest.raises(OrionError) as raised:
        WAYS[way](scripted.session(request_timeout=2, retry_timeout=2))
    assert scripted.requests[1].path == signed
    assert "X-Signature=" not in shown(raised.value)


@pytest.mark.parametrize("way", ["session", "raw_async"])
def test_no_frame_shows_the_token_while_a_body_is_sent(scripted: Scripted, way: str) -> None:
    terms = {"request_timeout": 0.5, "retry_timeout": 0.5}
    # The server does not read the request.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        session = OrionSession(scripted.config(url=url), requests_session=get_session(**terms))
        ways: dict[str, Callable[[], Any]] = {
            "session": lambda: File(session=session, id=1).put_content(BODY),
            "raw_async": lambda: asyncio.run(upload_file_content.asyncio(1, body=BODY, client=session.raw_async)),
        }
        with pytest.raises(OrionError) as raised:
            ways[way]()
    assert not contains_token(shown(raised.value))


@pytest.mark.parametrize("way", ["raw", "raw_async"])
def test_no_frame_shows_the_token_if_the_source_fails(scripted: Scripted, way: str) -> None:
    def source() -> Iterator[bytes]:
        yield b"x"
        raise ValueError("the source fails")

    scripted.then(ScriptedResponse())
    session = scripted.session()
    ways: dict[str, Callable[[], Any]] = {
        "raw": lambda: upload_file_content.sync(1, body=source(), client=session.raw),
        "raw_async": lambda: asyncio.run(upload_file_content.asyncio(1, body=source(), client=session.raw_async)),
    }
    with pytest.raises(ValueError, match="the source fails") as raised:
        ways[way]()
    assert not contains_token(shown(raised.value))


def test_the_repr_of_a_request_has_no_headers() -> None:
    message = PreparedRequest(method="GET", url="http://h/x?sig=q", action="read", headers={"Authorization": CANARY})
    assert not contains_token(repr(message))
    assert "sig" not in repr(message)
