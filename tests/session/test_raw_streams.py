"""Streams of the raw operations, synchronous and asynchronous: the announced content, or an error at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api import AuthenticatedClient
from orion_api.api.files import download_file
from orion_api.errors import UnexpectedBody

from orionclient._transfer.digests import content_digest
from orionclient.exceptions import BadResponse, OrionConnectionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File

CONTENT = bytes(range(256)) * 1200
PAGE = ScriptedResponse(
    raw=b"<html><title>Please sign in</title></html>", headers={"Content-Type": "text/html; charset=utf-8"}
)
WRONG = content_digest([b"something else"])[0]
Take = Callable[[bytes], object]


def read(session: OrionSession, file_id: int, take: Take) -> None:
    with download_file.sync(file_id, client=session.raw) as response:
        take(response.read())


def chunks(session: OrionSession, file_id: int, take: Take) -> None:
    with download_file.sync_detailed(file_id, client=session.raw) as response:
        for chunk in response.iter_bytes():
            take(chunk)


def buffer(session: OrionSession, file_id: int, take: Take) -> None:
    space = memoryview(bytearray(10_000))
    with download_file.sync(file_id, client=session.raw) as response:
        while count := response.readinto(space):  # type: ignore[attr-defined]
            take(bytes(space[:count]))


def aread(session: OrionSession, file_id: int, take: Take) -> None:
    async def work() -> None:
        async with await download_file.asyncio(file_id, client=session.raw_async) as response:
            take(await response.aread())

    asyncio.run(work())


def achunks(session: OrionSession, file_id: int, take: Take) -> None:
    async def work() -> None:
        async with (
            session.raw_async as client,
            await download_file.asyncio_detailed(file_id, client=client) as response,
        ):
            async for chunk in response.aiter_bytes():
                take(chunk)

    asyncio.run(work())


@pytest.fixture(params=[read, chunks, buffer, aread, achunks])
def way(request: pytest.FixtureRequest) -> Callable[[OrionSession, int, Take], None]:
    """Return each way to read content."""
    return request.param  # type: ignore[no-any-return]


def test_content_is_what_was_stored(orion: LocalOrion, way: Callable[..., None]) -> None:
    session, got = orion.session(), bytearray()
    way(session, File.upload(session, "x", CONTENT).id, got.extend)
    assert bytes(got) == CONTENT


BREAKS = {
    "digest": "its SHA-256 digest does not match the announced one",
    "cut;sent=5;how=close;framing=close": "its SHA-256 digest does not match the announced one",
    "cut;sent=5;how=close;framing=length": "",
    "cut;sent=5;how=close;framing=chunked": "",
    "cut;sent=5": "",
    "gzip_cut": "",
}


def test_truncated_content_is_an_error(orion: LocalOrion, way: Callable[..., None]) -> None:
    session = orion.session()
    file_id = File.upload(session, "x", CONTENT).id
    for step, words in BREAKS.items():
        orion.faults.clear()
        orion.faults.script("download_file", [step])
        with pytest.raises(OrionConnectionError, match=rf"^download_file GET .*{words}.*\(request \w+\)$") as caught:
            way(session, file_id, lambda _: None)
        assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, False)
        orion.faults.assert_consumed()
        assert len(orion.faults.requests("download_file")) == 1


def test_a_captive_portal_page_is_rejected_as_content(scripted: Scripted, way: Callable[..., None]) -> None:
    scripted.then(PAGE)
    with pytest.raises(BadResponse, match="web page titled 'Please sign in'") as caught:
        way(scripted.session(), 1, lambda _: None)
    assert caught.value.attempts == len(scripted.requests) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"1"', "Content-Type": "text/html"},
        {"Repr-Digest": content_digest([PAGE.raw or b""])[0], "Content-Type": "text/html"},
        {"Repr-Digest": "unixsum=:AAAA:"},
    ],
)
def test_content_that_cannot_be_verified_is_passed_on(
    scripted: Scripted, way: Callable[..., None], headers: dict[str, str]
) -> None:
    scripted.then(ScriptedResponse(raw=PAGE.raw, headers=headers))
    got = bytearray()
    way(scripted.session(), 1, got.extend)
    assert bytes(got) == PAGE.raw


@pytest.mark.parametrize("name", ["Repr-Digest", "Content-Digest"])
def test_both_digest_headers_are_checked(scripted: Scripted, way: Callable[..., None], name: str) -> None:
    scripted.then(ScriptedResponse(raw=CONTENT, headers={name: WRONG}))
    with pytest.raises(OrionConnectionError, match="does not match the announced one"):
        way(scripted.session(), 1, lambda _: None)


RANGE = {"Content-Range": "bytes 0-6/9", "Repr-Digest": WRONG}


def ranged(session: OrionSession, take: Take) -> None:
    with download_file.sync(1, client=session.raw, range_="bytes=0-6") as response:
        take(response.read())


def aranged(session: OrionSession, take: Take) -> None:
    async def work() -> None:
        async with await download_file.asyncio(1, client=session.raw_async, range_="bytes=0-6") as response:
            take(await response.aread())

    asyncio.run(work())


WITH_A_RANGE = pytest.mark.parametrize("way", [ranged, aranged])


@WITH_A_RANGE
def test_a_range_is_not_checked_against_the_digest_of_the_whole(scripted: Scripted, way: Callable[..., None]) -> None:
    scripted.then(ScriptedResponse(206, raw=CONTENT[:7], headers=RANGE))
    got = bytearray()
    way(scripted.session(), got.extend)
    assert bytes(got) == CONTENT[:7]


@WITH_A_RANGE
@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Content-Range": "bytes 1-7/9"}, "another range"),
        ({"Content-Range": "bytes 0-6/*"}, "no valid Content-Range"),
        ({"Content-Type": "multipart/byteranges; boundary=x"}, "several ranges"),
    ],
)
def test_another_range_is_an_error(
    scripted: Scripted, way: Callable[..., None], headers: dict[str, str], words: str
) -> None:
    scripted.then(ScriptedResponse(206, raw=CONTENT[:7], headers=headers))
    with pytest.raises(OrionConnectionError, match=words) as caught:
        way(scripted.session(), lambda _: None)
    assert caught.value.request_id


@WITH_A_RANGE
@pytest.mark.parametrize("length", [6, 8])
def test_a_range_without_a_content_length(scripted: Scripted, way: Callable[..., None], length: int) -> None:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 206 x\r\nContent-Range: bytes 0-6/9\r\n\r\n" + CONTENT[:length])
        handler.close_connection = True

    scripted.then(ScriptedResponse(write=write))
    with pytest.raises(OrionConnectionError):
        way(scripted.session(), lambda _: None)


def bare(scripted: Scripted, take: Take) -> None:
    with AuthenticatedClient(scripted.url, "x") as client, download_file.sync(1, client=client) as response:
        take(response.read())


def abare(scripted: Scripted, take: Take) -> None:
    async def work() -> None:
        async with (
            AuthenticatedClient(scripted.url, "x") as client,
            await download_file.asyncio_detailed(1, client=client) as response,
        ):
            take(await response.aread())

    asyncio.run(work())


UNREQUESTED = [
    ScriptedResponse(206, raw=CONTENT[:7], headers={"Content-Range": "bytes 0-6/9"}),
    ScriptedResponse(206, raw=CONTENT, headers={"Content-Range": f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"}),
    ScriptedResponse(206, raw=CONTENT[:7]),
    ScriptedResponse(200, raw=CONTENT[:7], headers={"Content-Range": "bytes 0-6/9"}),
]


@pytest.mark.parametrize("unrequested", UNREQUESTED)
def test_an_unrequested_range_is_an_error(
    scripted: Scripted, way: Callable[..., None], unrequested: ScriptedResponse
) -> None:
    scripted.then(unrequested)
    with pytest.raises(
        OrionConnectionError, match=r"no range was requested|Content-Range of partial content"
    ) as caught:
        way(scripted.session(), 1, lambda _: None)
    assert caught.value.request_id


@pytest.mark.parametrize("unrequested", UNREQUESTED)
@pytest.mark.parametrize("take_bare", [bare, abare])
def test_an_unrequested_range_is_an_error_of_the_generated_client(
    scripted: Scripted, take_bare: Callable[..., None], unrequested: ScriptedResponse
) -> None:
    scripted.then(unrequested)
    with pytest.raises(UnexpectedBody, match=r"no range was requested|Content-Range of partial content"):
        take_bare(scripted, lambda _: None)
    got = bytearray()
    scripted.responses[:] = [ScriptedResponse(raw=CONTENT)]
    take_bare(scripted, got.extend)
    assert bytes(got) == CONTENT


@pytest.mark.parametrize("stream", [True, False])
def test_an_unrequested_range_is_an_error_of_a_plain_request(scripted: Scripted, stream: bool) -> None:
    scripted.then(UNREQUESTED[0])
    with pytest.raises(OrionConnectionError, match="no range was requested"):
        get_session({}).get(f"{scripted.url}/x", stream=stream)
    # A caller that requests a range gets it, and checks it.
    assert get_session({}).get(f"{scripted.url}/x", headers={"range": "bytes=0-6"}).content == CONTENT[:7]


def test_a_stream_closed_early_is_not_verified(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(raw=CONTENT, headers={"Repr-Digest": WRONG}))
    with download_file.sync(1, client=scripted.session().raw) as response:
        assert next(response.iter_bytes())

    async def work() -> None:
        async with await download_file.asyncio(1, client=scripted.session().raw_async) as response:
            async for chunk in response.aiter_bytes():
                assert chunk
                break

    asyncio.run(work())


def test_an_error_response_includes_its_detail(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(400, {"detail": "no"}, headers={"Repr-Digest": WRONG}))
    with pytest.raises(BadResponse, match="400 Bad Request: no"):
        download_file.sync(1, client=scripted.session().raw)
