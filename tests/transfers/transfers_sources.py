"""Sources of every kind that callers pass, each with the bytes that must be uploaded."""

from __future__ import annotations

import array
import bz2
import contextlib
import gzip
import io
import lzma
import mmap
import os
import random
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

NOISE = random.Random(5).randbytes(200_000)
# A body that contains the boundary of a multipart request.
BOUNDARY = (
    b'--0123456789abcdef\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    + NOISE[:1000]
    + b"\r\n--0123456789abcdef--\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\x00\xff\r\n.\r\n"
)
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
def list_with_empty_chunks(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    # An empty chunk would end a chunked body.
    return [b"a", b"", b"bc", b"", b"", b"d"], b"abcd"


@way
def generator(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    return (NOISE[start : start + 999] for start in range(0, len(NOISE), 999)), NOISE


@way
def generator_of_views(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    # The same buffer every time, as fast readers return it.
    def chunks() -> Iterator[memoryview]:
        buffer = bytearray(1000)
        for start in range(0, len(NOISE), 1000):
            buffer[:] = NOISE[start : start + 1000]
            yield memoryview(buffer)

    return chunks(), NOISE


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
    compressed = stack.enter_context(tarfile.open(folder / "x"))  # noqa: SIM115 - closed with the test
    return stack.enter_context(compressed.extractfile(compressed.getmembers()[0])), NOISE  # type: ignore[arg-type]


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
            # A short read, as from sockets.
            return self._inner.read(min(size, 1234) if size >= 0 else size)

    return Reader(), NOISE


@way
def object_with_short_reads(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    class Lazy(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(7777 if size is None or size < 0 else min(size, 7777))

        def readinto(self, buffer: Any) -> int:
            return super().readinto(memoryview(buffer)[:7777])

    return Lazy(NOISE), NOISE


@way
def path_with_special_characters(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    path = os.fsencode(folder) + b"/a\xff\n\"'; rm -rf ~"
    with open(path, "wb") as stream:
        stream.write(NOISE)
    return os.fsdecode(path), NOISE


@way
def path_of_a_link(folder: Path, stack: contextlib.ExitStack) -> tuple[Any, bytes]:
    (folder / "y").write_bytes(NOISE)
    (folder / "x").symlink_to(folder / "y")
    return folder / "x", NOISE
