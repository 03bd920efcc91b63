"""Sources that resemble regular files but are not: their whole content is sent, or an error explains the reason."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import FILES, Stack

from orionclient.types import File

DATA = b"the quick brown fox\n" * 10_000
posix = pytest.mark.skipif(os.name == "nt", reason="pipes and /proc of POSIX")
# A file of /proc whose content does not change between two reads.
PROC = Path("/proc/version")


def sent(stack: Stack, source: Any) -> bytes:
    return b"".join(File.upload(stack.session(), "x", source).download())


class Duck:
    """A binary file object with only the required methods."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)
        self.read, self.seek, self.tell, self.seekable = (
            self._inner.read,
            self._inner.seek,
            self._inner.tell,
            self._inner.seekable,
        )


WRAPPED: dict[str, Callable[[Path], Any]] = {
    "decompressed": lambda path: io.BufferedReader(gzip.GzipFile(path)),
    "memory": lambda _: io.BufferedReader(io.BytesIO(DATA)),
    "random": lambda _: io.BufferedRandom(io.BytesIO(DATA)),
    "no closed": lambda _: Duck(DATA),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapper_is_read_through_its_own_interface(simple: Stack, tmp_path: Path, name: str) -> None:
    with gzip.open(tmp_path / "d.gz", "wb") as stream:
        stream.write(DATA)
    source = WRAPPED[name](tmp_path / "d.gz")
    source.seek(4)
    assert sent(simple, source) == DATA[4:]
    assert source.read() == b""
    getattr(source, "close", lambda: None)()


@posix
@pytest.mark.parametrize("buffering", [-1, 0])
def test_a_non_blocking_pipe(simple: Stack, buffering: int) -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, b"the first half")
    with (
        os.fdopen(reader, "rb", buffering=buffering) as stream,
        pytest.raises(BlockingIOError, match="non-blocking and has no data now"),
    ):
        File.upload(simple.session(), "x", stream)
    os.close(writer)
    assert simple.plain.get(FILES)["count"] == 0


@posix
def test_a_non_blocking_pipe_at_its_end(simple: Stack) -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, b"all of it")
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        assert sent(simple, stream) == b"all of it"


@pytest.mark.skipif(not PROC.is_file(), reason="needs /proc")
@pytest.mark.parametrize("buffering", [None, -1, 0])
def test_files_that_report_no_size(simple: Stack, buffering: int | None) -> None:
    assert PROC.stat().st_size == 0
    if buffering is None:
        assert sent(simple, PROC) == PROC.read_bytes()
        return
    with PROC.open("rb", buffering=buffering) as stream:
        stream.read(3)
        assert sent(simple, stream) == PROC.read_bytes()[3:]


def test_an_empty_file_stays_empty(simple: Stack, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert sent(simple, tmp_path / "empty") == b""
    with (tmp_path / "empty").open("rb") as stream:
        assert sent(simple, stream) == b""
    with (tmp_path / "empty").open("w+b") as stream:
        stream.write(b"not on the disk yet")
        assert sent(simple, stream) == b""
        stream.seek(0)
        assert sent(simple, stream) == b"not on the disk yet"
