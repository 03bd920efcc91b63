"""Sources that resemble regular files but are not: their whole content is sent, or an error explains the reason."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import FILES, Stack

from orionclient.exceptions import ValidationError
from orionclient.session import get_session
from orionclient.types import Dataset, File, Shard, ShardCollection

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


class Limited(io.RawIOBase):
    """A reader that reports that it is seekable, and rejects some movements or reports no position."""

    def __init__(self, content: bytes, error: Exception | None, *rejected: int, silent: str = "") -> None:
        self._inner, self._error, self._rejected, self._silent = io.BytesIO(content), error, rejected, silent

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._inner.readinto(buffer)

    def tell(self) -> Any:
        if self._error is not None and self._silent == "position":
            raise self._error
        return None if self._silent == "position" else self._inner.seek(0, os.SEEK_CUR)

    def seek(self, offset: int, whence: int = 0) -> Any:
        if self._error is not None and whence in self._rejected:
            raise self._error
        position = self._inner.seek(offset, whence)
        return None if self._silent == "seek" else position


LIMITED: dict[str, Callable[[], Any]] = {
    "not to its end": lambda: Limited(DATA, OSError("not from the end"), 2),
    "not to its end, by a ValueError": lambda: Limited(DATA, ValueError("whence"), 2),
    "not implemented": lambda: Limited(DATA, NotImplementedError(), 2),
    "one argument only": lambda: Limited(DATA, TypeError("seek() takes 2 positional arguments"), 2),
    "nowhere": lambda: Limited(DATA, io.UnsupportedOperation("seek"), 0, 1, 2),
    "position unknown": lambda: Limited(DATA, OSError("no position"), silent="position"),
    "position None": lambda: Limited(DATA, None, silent="position"),
    "seek returns None": lambda: Limited(DATA, None, silent="seek"),
    "buffered": lambda: io.BufferedReader(Limited(DATA, OSError("not from the end"), 2)),
    "buffered, nowhere": lambda: io.BufferedReader(Limited(DATA, io.UnsupportedOperation("seek"), 0, 1, 2)),
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_source_that_cannot_be_moved_is_read_through(simple: Stack, name: str) -> None:
    session, url = simple.session(), f"{simple.orion.url}{FILES}"
    assert sent(simple, LIMITED[name]()) == DATA
    started = LIMITED[name]()
    assert started.read(4) == DATA[:4]
    assert sent(simple, started) == DATA[4:]
    collection = session.get_resource(ShardCollection, simple.collection)
    assert b"".join(Shard.create(collection, "x", file=LIMITED[name]()).download()) == DATA
    assert Dataset.upload(session, "x", LIMITED[name](), format="csv").count == DATA.count(b"\n") - 1
    # The body of a plain request is measured by the same rules.
    assert get_session().post(url, data=LIMITED[name]()).status_code == 401


def test_a_source_that_cannot_return_from_its_end_is_not_sent_empty(simple: Stack) -> None:
    class OneWay(Limited):
        def seek(self, offset: int, whence: int = 0) -> Any:
            if whence == 0 and not self._inner.getbuffer()[self._inner.seek(0, os.SEEK_CUR) :]:
                raise OSError("cannot go back")
            return self._inner.seek(offset, whence)

    with pytest.raises(OSError, match="cannot go back"):
        File.upload(simple.session(), "x", OneWay(DATA, None))
    with pytest.raises(OSError, match="cannot go back"):
        get_session().post(f"{simple.orion.url}{FILES}", data=OneWay(DATA, None))
    assert simple.plain.get(FILES)["count"] == 0


def archived(path: Path) -> None:
    with zipfile.ZipFile(path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", DATA)
    with tarfile.open(path / "a.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("x")
        member.size = len(DATA)
        archive.addfile(member, io.BytesIO(DATA))
    with gzip.open(path / "d.gz", "wb") as stream:
        stream.write(DATA)
    (path / "plain").write_bytes(DATA)


def spooled(size: int) -> Any:
    found = tempfile.SpooledTemporaryFile(max_size=size)  # noqa: SIM115 - closed by the test
    found.write(DATA)
    found.seek(0)
    return found


OPENED: dict[str, Callable[[Path], Any]] = {
    "zip member": lambda path: zipfile.ZipFile(path / "a.zip").open("x"),  # noqa: SIM115 - closed by the test
    "tar member": lambda path: tarfile.open(path / "a.tar.gz").extractfile("x"),  # noqa: SIM115 - closed by the test
    "gzip": lambda path: gzip.open(path / "d.gz"),  # noqa: SIM115 - closed by the test
    "spooled in memory": lambda _: spooled(1 << 20),
    "spooled on disk": lambda _: spooled(10),
    "http response": lambda path: urllib.request.urlopen((path / "plain").as_uri()),
    "generator": lambda _: (DATA[start : start + 999] for start in range(0, len(DATA), 999)),
}


@pytest.mark.parametrize("name", OPENED)
def test_readers_of_the_standard_library(simple: Stack, tmp_path: Path, name: str) -> None:
    archived(tmp_path)
    source = OPENED[name](tmp_path)
    assert sent(simple, source) == DATA
    getattr(source, "close", lambda: None)()


def test_a_damaged_archive_is_an_error_before_any_request(simple: Stack, tmp_path: Path) -> None:
    archived(tmp_path)
    damaged = bytearray((tmp_path / "d.gz").read_bytes())
    damaged[-8] ^= 1
    (tmp_path / "d.gz").write_bytes(damaged)
    before = len(simple.orion.faults.requests("create_file"))
    with gzip.open(tmp_path / "d.gz") as stream, pytest.raises(gzip.BadGzipFile):
        File.upload(simple.session(), "x", stream)
    assert len(simple.orion.faults.requests("create_file")) == before


WRONG_MODE: dict[str, Callable[[Path], Any]] = {
    "text": lambda path: path.open("r", encoding="utf-8"),
    "text of a temporary file": lambda _: tempfile.NamedTemporaryFile("w+", encoding="utf-8"),  # noqa: SIM115 - closed by the test
    "for writing": lambda path: path.open("ab"),
    "temporary, for writing": lambda _: tempfile.NamedTemporaryFile("wb"),  # noqa: SIM115 - closed by the test
}


@pytest.mark.parametrize("name", WRONG_MODE)
def test_a_file_in_the_wrong_mode_is_rejected_before_any_request(simple: Stack, tmp_path: Path, name: str) -> None:
    (tmp_path / "plain").write_bytes(DATA)
    with WRONG_MODE[name](tmp_path / "plain") as stream:
        if stream.writable():
            stream.write(DATA.decode() if "text" in name else DATA)
            stream.seek(0)
        before = len(simple.orion.faults.requests("create_file"))
        with pytest.raises((ValidationError, io.UnsupportedOperation), match=r"'rb'|binary mode|read"):
            File.upload(simple.session(), "x", stream)
    assert len(simple.orion.faults.requests("create_file")) == before


def test_a_source_that_shrinks_while_it_is_sent(simple: Stack) -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            if size != 1:
                self.truncate(10)
            return found

    with pytest.raises(ValidationError, match="shrank"):
        File.upload(simple.session(), "x", Shrinking(b"x" * (3 << 20)))
    assert simple.plain.get(FILES)["count"] == 0
