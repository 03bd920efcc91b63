"""Responses that look like content and are none, or not all of it."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from transfers_stack import Stack

from orionclient.emulator import faults as steps
from orionclient.exceptions import OrionConnectionError, OrionError
from orionclient.session import get_session
from orionclient.types import File

CONTENT = random.Random(4).randbytes(300_000)
COMPRESSED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("step", ["html", "gzip_cut", "gzip_cut;how=crc", "garbage", "digest"])
@pytest.mark.parametrize("size", [1, 300_000])
def test_nothing_of_it_is_taken_for_content(stack: Stack, tmp_path: Path, step: str, size: int) -> None:
    made = File.upload(stack.session(), "x", CONTENT[:size])
    faults = stack.orion.storage.faults if stack.storage else stack.orion.faults
    target = tmp_path / "target"
    faults.script("get_content" if stack.storage else "download_file", [step] * 20)
    with pytest.raises(OrionError):
        made.download_to_file(target)
    with pytest.raises(OrionError):
        list(made.download())
    assert not list(tmp_path.glob("*target*"))


def test_a_page_of_html_is_content_where_it_proves_itself(stack: Stack) -> None:
    page = b"<!doctype html><p>kept by somebody"
    made = File.upload(stack.session(), "page.html", page)
    faults = stack.orion.storage.faults if stack.storage else stack.orion.faults
    faults.script("get_content" if stack.storage else "download_file", [steps.headers({"Content-Type": "text/html"})])
    assert b"".join(made.download()) == page


@pytest.mark.parametrize("members", [1, 3])
def test_compressed_content_arrives_decompressed(scripted: Scripted, tmp_path: Path, members: int) -> None:
    body = b"".join(gzip.compress(CONTENT) for _ in range(members))
    scripted.then(ScriptedResponse(raw=body, headers=COMPRESSED))
    get_session().download_to_file(f"{scripted.url}/x", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CONTENT * members


@pytest.mark.parametrize("left", [1, 5, 11, 150_000, -1])
def test_compressed_content_that_ends_too_early(scripted: Scripted, tmp_path: Path, left: int) -> None:
    body = gzip.compress(CONTENT)[:left]
    scripted.then(*[ScriptedResponse(raw=body, headers=COMPRESSED)] * 10)
    with pytest.raises(OrionConnectionError):
        get_session().download_to_file(f"{scripted.url}/x", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


def test_a_compressed_bomb_takes_its_memory_chunk_by_chunk(scripted: Scripted) -> None:
    # What packs better than any honest text is rejected from 16 MiB on.
    scripted.then(ScriptedResponse(raw=gzip.compress(bytes(15 << 20), 9), headers=COMPRESSED))
    with get_session().get(f"{scripted.url}/x", stream=True) as response:
        sizes = [len(chunk) for chunk in response.iter_content()]
    assert sum(sizes) == 15 << 20
    assert max(sizes) <= 64 << 10
