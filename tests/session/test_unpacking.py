"""Packed answers: whole they are unpacked, and cut or damaged they are an error whatever they hold."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from helpers.scripted import Answer, Scripted
from orion_api.api.files import download_file

from orionclient._unpacking import Unpacking
from orionclient.exceptions import OrionConnectionError
from orionclient.session import get_session
from orionclient.types import File

CONTENT = b"content " * 1_000
PACKED = {
    "gzip": gzip.compress(CONTENT),
    "two members": gzip.compress(CONTENT[:100]) + gzip.compress(CONTENT[100:]),
    "deflate": zlib.compress(CONTENT),
}


def packed(data: bytes) -> Answer:
    return Answer(raw=data, headers={"Content-Encoding": "gzip", "Content-Type": "application/octet-stream"})


@pytest.mark.parametrize("name", PACKED)
def test_whole(scripted: Scripted, name: str) -> None:
    scripted.then(packed(PACKED[name]))
    assert get_session({}).get(scripted.url).content == CONTENT


@pytest.mark.parametrize("cut", [1, 5, 11, 20, -8, -1])
@pytest.mark.parametrize("name", PACKED)
def test_without_its_end(scripted: Scripted, name: str, cut: int) -> None:
    scripted.then(packed(PACKED[name][:cut]))
    session = scripted.session()
    with pytest.raises(OrionConnectionError):
        b"".join(File(id=1, session=session).download())

    async def work() -> None:
        async with await download_file.asyncio(1, client=session.raw_async) as answer:
            await answer.aread()

    with pytest.raises(OrionConnectionError):
        asyncio.run(work())


def test_what_unfolds_far_comes_in_pieces() -> None:
    sizes = [len(piece) for piece in Unpacking().feed(zlib.compress(bytes(50 << 20)))]
    assert sum(sizes) == 50 << 20
    assert max(sizes) <= 1 << 20


def test_nothing_is_no_error() -> None:
    unpacking = Unpacking()
    assert list(unpacking.feed(b"")) == []
    unpacking.end()
