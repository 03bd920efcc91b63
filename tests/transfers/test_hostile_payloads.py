"""Sources of every kind arrive byte for byte, or are refused and leave nothing behind.

`ORION_NIGHTLY=1` asks for the long form.
"""

from __future__ import annotations

import array
import bz2
import contextlib
import gzip
import hashlib
import io
import lzma
import mmap
import os
import random
import shutil
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain
from transfers_stack import FILES, Stack, eventually

from orionclient.emulator.faults import Faults, Seen
from orionclient.exceptions import OrionError, ValidationError
from orionclient.types import File, Shard, ShardCollection

NOISE = random.Random(5).randbytes(200_000)
# A request whose body is what another protocol ends bodies with.
BOUNDARY = (
    b'--0123456789abcdef\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    + NOISE[:1000]
    + b"\r\n--0123456789abcdef--\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\x00\xff\r\n.\r\n"
)
LARGEST = 5 << 30
Made = Callable[[Path, contextlib.ExitStack], tuple[Any, bytes]]
WAYS: dict[str, Made] = {}


def way(make: Made) -> Made:
    WAYS[make.__name__] = make
    return make


@way
def boundary_in_a_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(BOUNDARY)
    return folder / "x", BOUNDARY


@way
def boundary_in_memory(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return BOUNDARY, BOUNDARY


@way
def file_at_an_offset(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(NOISE)
    stream = stack.enter_context((folder / "x").open("rb"))
    stream.read(777)
    return stream, NOISE[777:]


@way
def unbuffered_file_at_an_offset(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(NOISE)
    stream = stack.enter_context((folder / "x").open("rb", buffering=0))
    stream.seek(-100_000, os.SEEK_END)
    return stream, NOISE[-100_000:]


@way
def file_read_to_its_end(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(NOISE)
    stream = stack.enter_context((folder / "x").open("rb"))
    stream.read()
    return stream, b""


@way
def file_beyond_its_end(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(NOISE)
    stream = stack.enter_context((folder / "x").open("rb"))
    stream.seek(1_000_000)
    return stream, b""


@way
def bytes_io_at_an_offset(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    stream = io.BytesIO(NOISE)
    stream.seek(5)
    return stream, NOISE[5:]


@way
def empty_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").touch()
    return folder / "x", b""


@way
def empty_bytes(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return b"", b""


@way
def empty_iterator(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return iter(()), b""


@way
def list_with_empty_pieces(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    # An empty piece would end a chunked body.
    return [b"a", b"", b"bc", b"", b"", b"d"], b"abcd"


@way
def generator(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return (NOISE[start : start + 999] for start in range(0, len(NOISE), 999)), NOISE


@way
def generator_of_views(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    # The same buffer again and again, as fast readers hand it out.
    def pieces() -> Iterator[memoryview]:
        buffer = bytearray(1000)
        for start in range(0, len(NOISE), 1000):
            buffer[:] = NOISE[start : start + 1000]
            yield memoryview(buffer)

    return pieces(), NOISE


@way
def generator_of_typed_views(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    numbers = array.array("I", range(50_000))
    return (memoryview(numbers)[start : start + 100] for start in range(0, 50_000, 100)), numbers.tobytes()


@way
def fifo(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    os.mkfifo(folder / "x")
    writer = threading.Thread(target=(folder / "x").write_bytes, args=(NOISE,))
    writer.start()
    stack.callback(writer.join)
    return folder / "x", NOISE


@way
def pipe(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as stream:
            stream.write(NOISE)

    writer = threading.Thread(target=write)
    writer.start()
    stack.callback(writer.join)
    return stack.enter_context(os.fdopen(reading, "rb")), NOISE


@way
def byte_array(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return bytearray(NOISE), NOISE


@way
def view(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return memoryview(NOISE)[10:-10], NOISE[10:-10]


@way
def view_with_steps(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return memoryview(NOISE)[::-3], NOISE[::-3]


@way
def typed_view(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    numbers = array.array("d", [0.1, -2.0, 3e300])
    return memoryview(numbers), numbers.tobytes()


@way
def view_of_a_table(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return memoryview(NOISE[:600]).cast("B", (20, 30)), NOISE[:600]


@way
def view_without_rows(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return memoryview(b""), b""


@way
def array_of_numbers(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    numbers = array.array("H", range(1000))
    return numbers, numbers.tobytes()


@way
def mapped_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(NOISE)
    stream = stack.enter_context((folder / "x").open("rb"))
    mapped = stack.enter_context(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    mapped.seek(4096)
    return mapped, NOISE[4096:]


@way
def gzip_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(gzip.compress(NOISE))
    return stack.enter_context(gzip.open(folder / "x", "rb")), NOISE


@way
def gzip_file_at_an_offset(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(gzip.compress(NOISE))
    stream = stack.enter_context(gzip.open(folder / "x", "rb"))  # noqa: SIM115 - closed with the test
    stream.read(12_345)
    return stream, NOISE[12_345:]


@way
def bz2_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(bz2.compress(NOISE))
    return stack.enter_context(bz2.open(folder / "x", "rb")), NOISE


@way
def xz_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(lzma.compress(NOISE))
    return stack.enter_context(lzma.open(folder / "x", "rb")), NOISE


@way
def member_of_a_zip(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    with zipfile.ZipFile(folder / "x", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("inside", NOISE)
    return stack.enter_context(stack.enter_context(zipfile.ZipFile(folder / "x")).open("inside")), NOISE


@way
def member_of_a_tar(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "inside").write_bytes(NOISE)
    with tarfile.open(folder / "x", "w") as made:
        made.add(folder / "inside")
        made.add(folder / "inside", "again")
    packed = stack.enter_context(tarfile.open(folder / "x"))  # noqa: SIM115 - closed with the test
    return stack.enter_context(packed.extractfile(packed.getmembers()[0])), NOISE  # type: ignore[arg-type]


@way
def temporary_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    stream = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the test
    stream.write(NOISE)
    stream.seek(3)
    return stream, NOISE[3:]


@way
def named_temporary_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    stream = stack.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115 - closed with the test
    stream.write(NOISE)
    stream.seek(0)
    return stream, NOISE


@way
def path_of_a_named_temporary_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    stream = stack.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115 - closed with the test
    stream.write(NOISE)
    stream.flush()
    return stream.name, NOISE


@way
def spooled_temporary_file(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    stream = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=1000))  # noqa: SIM115 - closed with the test
    stream.write(NOISE)
    stream.seek(0)
    return stream, NOISE


@way
def file_with_unwritten_data(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    stream = stack.enter_context((folder / "x").open("w+b", buffering=1 << 20))
    stream.write(NOISE)
    stream.seek(0)
    stream.write(b"changed")
    stream.seek(0)
    return stream, b"changed" + NOISE[7:]


@way
def appended_file_with_unwritten_data(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "x").write_bytes(b"first")
    stream = stack.enter_context((folder / "x").open("a+b", buffering=1 << 20))
    stream.seek(0)
    stream.write(NOISE)
    stream.seek(0)
    return stream, b"first" + NOISE


@way
def object_that_only_reads(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    class Reader:
        def __init__(self) -> None:
            self._inner = io.BytesIO(NOISE)

        def read(self, size: int = -1) -> bytes:
            # Fewer bytes than were asked for, as sockets do.
            return self._inner.read(min(size, 1234) if size >= 0 else size)

    return Reader(), NOISE


@way
def object_that_gives_less_than_asked(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    class Lazy(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(7777 if size is None or size < 0 else min(size, 7777))

        def readinto(self, buffer: Any) -> int:
            return super().readinto(memoryview(buffer)[:7777])

    return Lazy(NOISE), NOISE


@way
def path_with_odd_name(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    path = os.fsencode(folder) + b"/a\xff\n\"'; rm -rf ~"
    with open(path, "wb") as stream:
        stream.write(NOISE)
    return os.fsdecode(path), NOISE


@way
def path_through_a_link(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "y").write_bytes(NOISE)
    (folder / "x").symlink_to(folder / "y")
    return folder / "x", NOISE


@pytest.mark.parametrize("plan", ["whole", "parts"])
@pytest.mark.parametrize("kind", [File, Shard])
@pytest.mark.parametrize("name", WAYS)
def test_arrives(
    stacks: dict[bool, Stack], tmp_path: Path, name: str, kind: type, plan: str, request: pytest.FixtureRequest
) -> None:
    stack = stacks[plan == "parts"]
    before = stack.held()
    if plan == "parts":
        request.getfixturevalue("small_plans")
    with contextlib.ExitStack() as opened:
        source, content = WAYS[name](tmp_path, opened)
        made = stack.upload(stack.session(), kind, source)
        if hasattr(source, "seekable") and source.seekable() and hasattr(source, "tell") and content:
            # Who reads on reads nothing twice.
            assert source.read(1) == b""
    assert stack.digest(made) == hashlib.sha256(content).hexdigest()
    stack.remove(made)
    eventually(lambda: stack.held() == before)


# -- sources that change while they are sent


class Changing:
    """A path whose file changes when the server has its first bytes."""

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
        # Some file systems keep times in steps of some milliseconds.
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
        request.getfixturevalue("small_plans")
    source = Changing(tmp_path / "source")
    arrived = threading.Lock()
    arrive = Faults._arrive

    def hear(self: Faults, seen: Seen) -> None:
        arrive(self, seen)
        # The client has read all of it once, for its digest, and is sending it.
        if seen.method == "PUT" and arrived.acquire(blocking=False):
            getattr(source, what)()

    monkeypatch.setattr(Faults, "_arrive", hear)
    with pytest.raises(OrionError):
        stack.upload(stack.session(), kind, source.path)
    assert arrived.locked()
    eventually(lambda: stack.held() == before)


@pytest.mark.parametrize("plan", ["whole", "parts"])
def test_a_generator_that_raises(stacks: dict[bool, Stack], plan: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield NOISE
        raise RuntimeError("no more")

    stack = stacks[plan == "parts"]
    before = stack.held()
    with pytest.raises(RuntimeError, match="no more"):
        File.upload(stack.session(), "x", pieces())
    eventually(lambda: stack.held() == before)


# -- large ones


@pytest.mark.skipif(os.name == "nt", reason="no sparse files without further ado")
@pytest.mark.timeout(900)
def test_a_sparse_file(simple: Stack, tmp_path: Path) -> None:
    # The local Orion writes what it gets, so the largest takes 5 GiB of its disk.
    size = LARGEST - 1 if os.environ.get("ORION_NIGHTLY") else (600 << 20) - 1
    if shutil.disk_usage(tmp_path).free < size + (2 << 30):
        size = (600 << 20) - 1
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
    said = simple.plain.get(simple.path_of(made))
    assert (said["size"], said["sha256"]) == (size, expected)
    kept = [each for each in (simple.orion.folder / "blobs").rglob("*") if each.is_file()]
    assert [each.stat().st_size for each in kept] == [size]
    with kept[0].open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == expected
    simple.remove(made)


@pytest.mark.parametrize("size", [LARGEST + 1, 1 << 42])
def test_what_is_too_large_is_refused_before_any_request(simple: Stack, tmp_path: Path, size: int) -> None:
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
    # Of files no limit is documented: the server tells.
    with pytest.raises(OrionError):
        File.upload(session, "x", path)
    assert Plain(simple.orion.url, simple.orion.token).get(FILES)["count"] == 0
