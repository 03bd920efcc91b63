"""Servers that drip: the time for a request is over when it is over, whatever comes in small pieces."""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from helpers.scripted import Answer, Scripted
from orion_api.api.files import get_file

from orionclient.exceptions import OrionTimeout
from orionclient.session import OrionSession, get_session
from orionclient.types import File

LIMIT, OVERSHOOT = 0.25, 0.5


def _drip(start: bytes, piece: bytes) -> Answer:
    def write(handler: BaseHTTPRequestHandler) -> None:
        end = time.monotonic() + 2
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.wfile.write(start)
            while time.monotonic() < end:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(0.02)

    return Answer(write=write)


DRIPS = {
    "status": _drip(b"", b"H"),
    "headers": _drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "many headers": _drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: x\r\n"),
    "early hints": _drip(b"", b"HTTP/1.1 103 Early Hints\r\nX-Slow: x\r\n\r\n"),
    "body": _drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", b" "),
    "chunks": _drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "body without length": _drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "error": _drip(b"HTTP/1.1 500 Oh\r\nContent-Length: 100000\r\n\r\n", b" "),
}


def by_session(session: OrionSession, url: str) -> None:
    session.get_resource(File, 1)


def by_raw(session: OrionSession, url: str) -> None:
    get_file.sync(1, client=session.raw)


def by_raw_async(session: OrionSession, url: str) -> None:
    asyncio.run(get_file.asyncio(1, client=session.raw_async))


def by_http_session(session: OrionSession, url: str) -> None:
    get_session({}, LIMIT, LIMIT).get(url)


def by_update(session: OrionSession, url: str) -> None:
    session.update_resource(File(id=1), {"name": "y"})


@pytest.mark.parametrize("way", [by_session, by_raw, by_raw_async, by_http_session, by_update])
@pytest.mark.parametrize("drip", DRIPS)
def test_a_dripping_answer(
    scripted: Scripted,
    drip: str,
    way: Callable[[OrionSession, str], None],
    record_property: Callable[[str, object], None],
) -> None:
    scripted.then(DRIPS[drip])
    session = scripted.session(request_timeout=LIMIT, retry_timeout=LIMIT)
    started = time.monotonic()
    with pytest.raises(OrionTimeout, match="in time"):
        way(session, scripted.url)
    overshoot = time.monotonic() - started - LIMIT
    record_property("overshoot of the deadline in s", overshoot)
    assert overshoot <= OVERSHOOT


def open_download(session: OrionSession, url: str) -> None:
    list(File(id=1, session=session).download())


def open_get(session: OrionSession, url: str) -> None:
    get_session({}, LIMIT, LIMIT).get(url, stream=True)


def upload(session: OrionSession, url: str) -> None:
    get_session({}, LIMIT, LIMIT).put(url, data=io.BytesIO(b"content"), stream=True)


@pytest.mark.parametrize("way", [open_download, open_get, upload])
@pytest.mark.parametrize("drip", ["status", "headers", "many headers", "early hints"])
def test_the_head_of_a_stream(
    scripted: Scripted,
    drip: str,
    way: Callable[[OrionSession, str], None],
    record_property: Callable[[str, object], None],
) -> None:
    scripted.then(DRIPS[drip])
    session = scripted.session(request_timeout=LIMIT, retry_timeout=LIMIT)
    started = time.monotonic()
    with pytest.raises(OrionTimeout):
        way(session, scripted.url)
    overshoot = time.monotonic() - started - LIMIT
    record_property("overshoot of the deadline in s", overshoot)
    assert overshoot <= OVERSHOOT


def test_the_body_of_a_stream_may_take_as_long_as_it_comes(scripted: Scripted) -> None:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "12")
        handler.end_headers()
        for _ in range(12):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    scripted.then(Answer(write=write))
    with get_session({}, LIMIT, LIMIT).get(scripted.url, stream=True) as answer:
        assert answer.content == b"x" * 12


def test_a_body_that_is_read_slowly_by_us(scripted: Scripted) -> None:
    def slow() -> object:
        for _ in range(8):
            time.sleep(0.05)
            yield b"x"

    scripted.then(Answer(data=1))
    body = slow()
    # The time for an upload is time without progress; it does not run out while the source is read.
    with get_session({}, LIMIT, 30).put(scripted.url, data=body, stream=True) as answer:
        assert answer.ok
