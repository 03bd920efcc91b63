"""Sources of every kind are uploaded byte for byte, or rejected without leaving anything behind.

`ORION_NIGHTLY=1` selects the long form.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.plain import Plain
from transfers_sources import NOISE, WAYS
from transfers_stack import FILES, Stack, eventually

from orionclient.emulator.faults import Faults, RecordedRequest
from orionclient.exceptions import OrionError, ValidationError
from orionclient.types import File, Shard, ShardCollection

LARGEST = 5 << 30


@pytest.mark.parametrize("plan", ["whole", "parts"])
@pytest.mark.parametrize("kind", [File, Shard])
@pytest.mark.parametrize("name", WAYS)
def test_a_source_is_uploaded_byte_for_byte(
    stacks: dict[bool, Stack], tmp_path: Path, name: str, kind: type, plan: str, request: pytest.FixtureRequest
) -> None:
    stack = stacks[plan == "parts"]
    before = stack.held()
    if plan == "parts":
        request.getfixturevalue("small_sizes")
    with contextlib.ExitStack() as opened:
        source, content = WAYS[name](tmp_path, opened)
        made = stack.upload(stack.session(), kind, source)
        if hasattr(source, "seekable") and source.seekable() and hasattr(source, "tell") and content:
            # The source has been read to its end.
            assert source.read(1) == b""
    assert stack.digest(made) == hashlib.sha256(content).hexdigest()
    stack.remove(made)
    eventually(lambda: stack.held() == before)


# -- sources that change during the upload


class Changing:
    """A path whose file changes once the server has its first bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(NOISE)

    def grow(self) -> None:
        with self.path.open("ab") as stream:
            stream.write(b"more")

    def shrink(self) -> None:
        os.truncate(self.path, 1000)

    def empty(self) -> None:
        os.truncate(self.path, 0)

    def vanish(self) -> None:
        self.path.unlink()

    def be_replaced(self) -> None:
        other = self.path.with_name("other")
        other.write_bytes(NOISE)
        other.replace(self.path)

    def change(self) -> None:
        with self.path.open("r+b") as stream:
            stream.seek(100_000)
            stream.write(b"changed")
        # Some file systems store times in steps of some milliseconds.
        os.utime(self.path, (1, 1))


@pytest.mark.parametrize("plan", ["whole", "parts"])
@pytest.mark.parametrize("kind", [File, Shard])
@pytest.mark.parametrize("what", ["grow", "shrink", "empty", "vanish", "be_replaced", "change"])
def test_a_source_that_changes(
    stacks: dict[bool, Stack], tmp_path: Path, what: str, kind: type, plan: str,
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    stack = stacks[plan == "parts"]
    before = stack.held()
    if plan == "parts":
        request.getfixturevalue("small_sizes")
    source = Changing(tmp_path / "source")
    arrived = threading.Lock()
    record_request = Faults._record_request

    def watch(self: Faults, seen: RecordedRequest) -> None:
        record_request(self, seen)
        # The client has read the whole source for its digest, and is now sending it.
        if seen.method == "PUT" and arrived.acquire(blocking=False):
            getattr(source, what)()

    monkeypatch.setattr(Faults, "_record_request", watch)
    with pytest.raises(OrionError):
        stack.upload(stack.session(), kind, source.path)
    assert arrived.locked()
    eventually(lambda: stack.held() == before)


@pytest.mark.parametrize("plan", ["whole", "parts"])
def test_a_generator_that_raises(stacks: dict[bool, Stack], plan: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield NOISE
        raise RuntimeError("no more")

    stack = stacks[plan == "parts"]
    before = stack.held()
    with pytest.raises(RuntimeError, match="no more"):
        File.upload(stack.session(), "x", chunks())
    eventually(lambda: stack.held() == before)


# -- large sources


@pytest.mark.skipif(os.name == "nt", reason="no sparse files without further ado")
@pytest.mark.timeout(900)
def test_a_sparse_file(simple: Stack, tmp_path: Path) -> None:
    # The local Orion stores what it receives, so the largest source takes 5 GiB of disk space.
    size = LARGEST - 1 if os.environ.get("ORION_NIGHTLY") else (600 << 20) - 1
    free = shutil.disk_usage(tmp_path).free
    if free < size + (2 << 30):
        pytest.skip(f"a content of {size} bytes needs 2 GiB more than that on the disk, which has {free} bytes left")
    path = tmp_path / "sparse"
    with path.open("wb") as stream:
        stream.truncate(size)
        for place in (0, size // 3, size - 7):
            stream.seek(place)
            stream.write(b"content")
    assert path.stat().st_blocks * 512 < 1 << 20
    with path.open("rb") as stream:
        expected = hashlib.file_digest(stream, "sha256").hexdigest()
    made = simple.upload(simple.session(), Shard, path)
    message = simple.plain.get(simple.path_of(made))
    assert (message["size"], message["sha256"]) == (size, expected)
    blobs = [each for each in (simple.orion.folder / "blobs").rglob("*") if each.is_file()]
    assert [each.stat().st_size for each in blobs] == [size]
    with blobs[0].open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == expected
    simple.remove(made)


@pytest.mark.parametrize("size", [LARGEST + 1, 1 << 42])
def test_too_large_content_is_rejected_before_any_request(simple: Stack, tmp_path: Path, size: int) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as stream:
        stream.truncate(size)
    session = simple.session()
    collection: ShardCollection = session.get_resource(ShardCollection, simple.collection)
    shard = Shard.create(collection, "open")
    simple.clear_faults()
    for send in (lambda: Shard.create(collection, "x", file=path), lambda: shard.upload_file(path)):
        with pytest.raises(ValidationError, match=str(size)):
            send()
    assert simple.orion.faults.requests() == []
    # No limit is documented for files, so the server decides.
    with pytest.raises(OrionError):
        File.upload(session, "x", path)
    assert Plain(simple.orion.url, simple.orion.token).get(FILES)["count"] == 0
