"""Content that is read with the raw operations, by both drivers: it is what was announced, or there is an error at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from helpers.scripted import Answer, Scripted
from orion_api.api.files import download_file

from orionclient.exceptions import BadResponse, OrionConnectionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.transfer.digests import content_digest
from orionclient.types import File

CONTENT = bytes(range(256)) * 1200
PAGE = Answer(raw=b"<html><title>Please sign in</title></html>", headers={"Content-Type": "text/html; charset=utf-8"})
WRONG = content_digest([b"something else"])[0]
Take = Callable[[bytes], object]


def read(session: OrionSession, number: int, take: Take) -> None:
    with download_file.sync(number, client=session.raw) as answer:
        take(answer.read())


def pieces(session: OrionSession, number: int, take: Take) -> None:
    with download_file.sync_detailed(number, client=session.raw) as answer:
        for piece in answer.iter_bytes():
            take(piece)


def buffer(session: OrionSession, number: int, take: Take) -> None:
    room = memoryview(bytearray(10_000))
    with download_file.sync(number, client=session.raw) as answer:
        while count := answer.readinto(room):  # type: ignore[attr-defined]
            take(bytes(room[:count]))


def aread(session: OrionSession, number: int, take: Take) -> None:
    async def work() -> None:
        async with await download_file.asyncio(number, client=session.raw_async) as answer:
            take(await answer.aread())

    asyncio.run(work())


def apieces(session: OrionSession, number: int, take: Take) -> None:
    async def work() -> None:
        async with session.raw_async as client, await download_file.asyncio_detailed(number, client=client) as answer:
            async for piece in answer.aiter_bytes():
                take(piece)

    asyncio.run(work())


@pytest.fixture(params=[read, pieces, buffer, aread, apieces])
def way(request: pytest.FixtureRequest) -> Callable[[OrionSession, int, Take], None]:
    """A way to read content."""
    return request.param  # type: ignore[no-any-return]


def test_content_is_what_was_stored(orion: LocalOrion, way: Callable[..., None]) -> None:
    session, got = orion.session(), bytearray()
    way(session, File.upload(session, "x", CONTENT).id, got.extend)
    assert bytes(got) == CONTENT


BREAKS = {
    "digest": "its SHA-256 digest is not the announced one",
    "cut;sent=5;how=close;framing=close": "its SHA-256 digest is not the announced one",
    "cut;sent=5;how=close;framing=length": "",
    "cut;sent=5;how=close;framing=chunked": "",
    "cut;sent=5": "",
    "gzip_cut": "",
}


def test_content_that_is_not_whole_is_an_error(orion: LocalOrion, way: Callable[..., None]) -> None:
    session = orion.session()
    number = File.upload(session, "x", CONTENT).id
    for step, words in BREAKS.items():
        orion.faults.clear()
        orion.faults.script("download_file", [step])
        with pytest.raises(OrionConnectionError, match=rf"^download_file GET .*{words}.*\(request \w+\)$") as caught:
            way(session, number, lambda _: None)
        assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, False)
        orion.faults.assert_consumed()
        assert len(orion.faults.requests("download_file")) == 1


def test_the_page_of_a_portal_is_no_content(scripted: Scripted, way: Callable[..., None]) -> None:
    scripted.then(PAGE)
    with pytest.raises(BadResponse, match="web page titled 'Please sign in'") as caught:
        way(scripted.session(), 1, lambda _: None)
    assert caught.value.attempts == len(scripted.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"1"', "Content-Type": "text/html"},
        {"Repr-Digest": content_digest([PAGE.raw or b""])[0], "Content-Type": "text/html"},
        {"Repr-Digest": "md5=:AAAA:"},
    ],
)
def test_what_cannot_be_verified_is_passed_on(
    scripted: Scripted, way: Callable[..., None], headers: dict[str, str]
) -> None:
    scripted.then(Answer(raw=PAGE.raw, headers=headers))
    got = bytearray()
    way(scripted.session(), 1, got.extend)
    assert bytes(got) == PAGE.raw


@pytest.mark.parametrize("name", ["Repr-Digest", "Content-Digest"])
def test_both_headers_announce(scripted: Scripted, way: Callable[..., None], name: str) -> None:
    scripted.then(Answer(raw=CONTENT, headers={name: WRONG}))
    with pytest.raises(OrionConnectionError, match="not the announced one"):
        way(scripted.session(), 1, lambda _: None)


def test_a_piece_is_not_held_against_the_digest_of_the_whole(scripted: Scripted, way: Callable[..., None]) -> None:
    scripted.then(Answer(206, raw=CONTENT[:7], headers={"Content-Range": "bytes 0-6/9", "Repr-Digest": WRONG}))
    got = bytearray()
    way(scripted.session(), 1, got.extend)
    assert bytes(got) == CONTENT[:7]


def test_what_is_not_read_to_its_end_is_not_verified(scripted: Scripted) -> None:
    scripted.then(Answer(raw=CONTENT, headers={"Repr-Digest": WRONG}))
    with download_file.sync(1, client=scripted.session().raw) as answer:
        assert next(answer.iter_bytes())

    async def work() -> None:
        async with await download_file.asyncio(1, client=scripted.session().raw_async) as answer:
            async for piece in answer.aiter_bytes():
                assert piece
                break

    asyncio.run(work())


def test_a_refusal_comes_with_its_words(scripted: Scripted) -> None:
    scripted.then(Answer(400, {"detail": "no"}, headers={"Repr-Digest": WRONG}))
    with pytest.raises(BadResponse, match="400 Bad Request: no"):
        download_file.sync(1, client=scripted.session().raw)
