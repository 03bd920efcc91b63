"""Responses that resemble content but are not, or are incomplete."""

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
def test_other_responses_are_not_content(stack: Stack, tmp_path: Path, step: str, size: int) -> None:
    made = File.upload(stack.session(), "x", CONTENT[:size])
    faults = stack.orion.storage.faults if stack.storage else stack.orion.faults
    target = tmp_path / "target"
    faults.script("get_content" if stack.storage else "download_file", [step] * 20)
    with pytest.raises(OrionError):
        made.download_to_file(target)
    with pytest.raises(OrionError):
        list(made.download())
    assert not list(tmp_path.glob("*target*"))


def test_html_is_content_if_it_is_verified(stack: Stack) -> None:
    page = b"<!doctype html><p>stored by a user"
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
def test_truncated_compressed_content(scripted: Scripted, tmp_path: Path, left: int) -> None:
    body = gzip.compress(CONTENT)[:left]
    scripted.then(*[ScriptedResponse(raw=body, headers=COMPRESSED)] * 10)
    with pytest.raises(OrionConnectionError):
        get_session().download_to_file(f"{scripted.url}/x", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


def test_a_decompression_bomb_is_read_in_chunks(scripted: Scripted) -> None:
    # A body that compresses better than any real text is rejected from 16 MiB on.
    scripted.then(ScriptedResponse(raw=gzip.compress(bytes(15 << 20), 9), headers=COMPRESSED))
    with get_session().get(f"{scripted.url}/x", stream=True) as response:
        sizes = [len(chunk) for chunk in response.iter_content()]
    assert sum(sizes) == 15 << 20
    assert max(sizes) <= 64 << 10
