"""Slow servers: the deadline of a request holds, even if bytes arrive in small chunks."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from connections_certificates import FILE as WHOLE_FILE
from helpers.canary import CANARY
from helpers.real_time import LATE
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import download_file, get_file

from orionclient.config import SessionConfig
from orionclient.exceptions import AuthorizationRequired, OrionConnectionError, OrionTimeout
from orionclient.session import OrionSession, get_session
from orionclient.types import File

LIMIT = 0.25
# Where a deadline must not be exceeded, there is extra time for a busy machine.
SPACE = 1.5


def _drip(start: bytes, chunk: bytes) -> ScriptedResponse:
    def write(handler: BaseHTTPRequestHandler) -> None:
        end = time.monotonic() + 120
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.wfile.write(start)
            while time.monotonic() < end:
                handler.wfile.write(chunk)
                handler.wfile.flush()
                time.sleep(0.02)

    return ScriptedResponse(write=write)


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
def test_a_dripping_response(
    scripted: Scripted,
    drip: str,
    way: Callable[[OrionSession, str], None],
    record_property: Callable[[str, object], None],
) -> None:
    scripted.then(DRIPS[drip])
    session = scripted.session(request_timeout=LIMIT, retry_timeout=LIMIT)
    started = time.monotonic()
    with pytest.raises(OrionTimeout, match="within the timeout"):
        way(session, scripted.url)
    overshoot = time.monotonic() - started - LIMIT
    record_property("overshoot of the deadline in s", overshoot)
    assert overshoot <= LATE


def open_download(session: OrionSession, url: str) -> None:
    list(File(id=1, session=session).download())


def open_get(session: OrionSession, url: str) -> None:
    get_session({}, LIMIT, LIMIT).get(url, stream=True)


def upload(session: OrionSession, url: str) -> None:
    get_session({}, LIMIT, LIMIT).put(url, data=io.BytesIO(b"content"), stream=True)


@pytest.mark.parametrize("way", [open_download, open_get, upload])
@pytest.mark.parametrize("drip", ["status", "headers", "many headers", "early hints"])
def test_the_response_head_of_a_stream(
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
    assert overshoot <= LATE


def test_the_body_of_a_stream_has_no_deadline(scripted: Scripted) -> None:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "12")
        handler.end_headers()
        for _ in range(12):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(SPACE / 8)

    scripted.then(ScriptedResponse(write=write))
    with get_session({}, SPACE, SPACE).get(scripted.url, stream=True) as response:
        assert response.content == b"x" * 12


def test_a_body_whose_source_is_slow(scripted: Scripted) -> None:
    def slow() -> object:
        for _ in range(8):
            time.sleep(SPACE / 6)
            yield b"x"

    scripted.then(ScriptedResponse(data=1))
    body = slow()
    # The timeout of an upload limits the time without progress; it is paused while the source is read.
    with get_session({}, SPACE, 120).put(scripted.url, data=body, stream=True) as response:
        assert response.ok


REFUSALS = {
    "counted": _drip(b"HTTP/1.1 403 No\r\nContent-Length: 100000\r\n\r\n", b" "),
    "in chunks": _drip(b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


def raw_async_download(session: OrionSession, url: str) -> None:
    async def work() -> None:
        async for _ in (await download_file.asyncio(1, client=session.raw_async)).aiter_bytes():
            pass

    asyncio.run(work())


@pytest.mark.parametrize("way", [open_download, open_get, raw_async_download])
@pytest.mark.parametrize("drip", REFUSALS)
def test_an_error_response_is_not_streamed(
    scripted: Scripted, drip: str, way: Callable[[OrionSession, str], None]
) -> None:
    scripted.then(REFUSALS[drip])
    session = scripted.session(request_timeout=LIMIT, retry_timeout=LIMIT)
    started = time.monotonic()
    with pytest.raises(OrionTimeout, match="within the timeout") as caught:
        way(session, scripted.url)
    assert time.monotonic() - started - LIMIT <= LATE
    assert caught.value.attempts == 1


@pytest.mark.parametrize("way", [open_download, raw_async_download])
def test_a_broken_error_response_is_retried(scripted: Scripted, way: Callable[[OrionSession, str], None]) -> None:
    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b'HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n{"detail"')
        handler.close_connection = True

    scripted.then(ScriptedResponse(write=half), ScriptedResponse(403, {"detail": "not yours"}))
    with pytest.raises(AuthorizationRequired, match="not yours") as caught:
        way(scripted.session(), scripted.url)
    assert (len(scripted.requests), caught.value.attempts) == (2, 2)


def test_a_request_inside_the_body_of_another(scripted: Scripted) -> None:
    scripted.then(DRIPS["body"])
    with Scripted(ScriptedResponse(data=1)) as other:
        session = get_session({}, LIMIT, LIMIT)
        # Each request restores only its own deadline.
        for inside in (
            lambda: session.get(other.url).content,
            lambda: session.put(other.url, data=io.BytesIO(b"x"), stream=True).content,
        ):
            started = time.monotonic()
            with pytest.raises(OrionTimeout, match="within the timeout"):
                session.put(scripted.url, data=(inside() for _ in range(1)))
            assert time.monotonic() - started - LIMIT <= LATE
        assert len(other.requests) == 2


class Slow(io.BytesIO):
    """A source that returns a chunk now and then, longer than a request may take; small chunks would share one packet."""

    def readinto(self, buffer: object) -> int:
        time.sleep(SPACE / 5)
        return super().readinto(memoryview(buffer)[: 1 << 17])  # type: ignore[arg-type]


def test_a_stream_inside_the_body_of_another_has_its_own_deadline(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=1))
    with Scripted(ScriptedResponse(data=1)) as other:
        patient = get_session({}, SPACE, 120)

        def inside() -> Iterator[bytes]:
            yield patient.put(other.url, data=Slow(bytes(8 << 17)), stream=True).content

        with pytest.raises(OrionTimeout):
            get_session({}, SPACE, SPACE).put(scripted.url, data=inside())
    # The outer deadline has passed, and does not end the inner stream.
    assert [request.body for request in other.requests] == [bytes(8 << 17)]


def _fill(listening: socket.socket, address: tuple[str, int], waiting: contextlib.ExitStack) -> None:
    """Listen without accepting any connection."""
    listening.bind(address)
    listening.listen(0)
    for _ in range(4):
        client = waiting.enter_context(socket.socket(listening.family))
        client.setblocking(False)
        client.connect_ex(listening.getsockname())
    time.sleep(0.05)


@pytest.fixture
def silent() -> Iterator[int]:
    """Return a port whose backlog is full, so that connections stay pending."""
    with socket.socket() as listening, contextlib.ExitStack() as waiting:
        _fill(listening, ("127.0.0.1", 0), waiting)
        yield listening.getsockname()[1]


def _addresses(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let the name orion.test resolve to several addresses."""
    real = socket.getaddrinfo

    def several(host: object, *rest: object, **options: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        hosts = found if name == "orion.test" else (name,)
        return [each for one in hosts for each in real(one, *rest, **options)]  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", several)


@pytest.mark.parametrize("way", [by_session, by_raw_async])
def test_all_addresses_of_a_name_share_one_deadline(
    silent: int, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession, str], None]
) -> None:
    _addresses(monkeypatch, *["127.0.0.1"] * 60)
    policy = get_session({}, request_timeout=SPACE, retry_timeout=SPACE)
    session = OrionSession(
        SessionConfig(f"http://orion.test:{silent}", CANARY, allow_http=True), requests_session=policy
    )
    started = time.monotonic()
    with pytest.raises(OrionConnectionError, match="cannot connect to the server"):
        way(session, "")
    assert time.monotonic() - started - SPACE <= LATE


@pytest.mark.parametrize("way", [by_session, by_raw_async])
def test_an_unreachable_address_leaves_time_for_the_next(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession, str], None]
) -> None:
    port = int(scripted.url.rpartition(":")[2])
    with socket.socket(socket.AF_INET6) as listening, contextlib.ExitStack() as waiting:
        _fill(listening, ("::1", port), waiting)
        _addresses(monkeypatch, "::1", "127.0.0.1")
        scripted.then(ScriptedResponse(data=WHOLE_FILE))
        policy = get_session({}, request_timeout=2 * SPACE, retry_timeout=2 * SPACE)
        way(
            OrionSession(SessionConfig(f"http://orion.test:{port}", CANARY, allow_http=True), requests_session=policy),
            "",
        )
    assert len(scripted.requests) == 1
