"""Open upload sources (paths, bytes, binary files and streams) and determine their size before sending."""

from __future__ import annotations

import errno
import io
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from attrs import define, field

from orionclient._transfer.digests import content_digest
from orionclient._transfer.names import check_path
from orionclient._transfer.part_files import disk_space_errors
from orionclient._transfer.pipes import open_for_reading, read_all
from orionclient._transport.checks import measure
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orionclient._transfer.progress import Meter

_BLOCK: Final = 1 << 20
# A stream is spooled in memory up to this size, then in a temporary file.
_MAX_IN_MEMORY: Final = 4 << 20
_ReadAt = Callable[[int, memoryview], int]


@define(eq=False, repr=False, slots=False)
class Slice(io.RawIOBase):
    """A byte range of a source with its own position, so that several threads can read concurrently.

    Args:
        read_at: Reads at a position into a buffer and returns the number of bytes.
        start: First byte.
        length: Number of bytes.
        meter: Counts the bytes read; bytes that are read again are counted once. None counts nothing.
        stopped: Once set, reading raises an error.
    """

    _read_at: _ReadAt
    _start: int
    _length: int
    _meter: Meter | None
    _stopped: threading.Event | None
    _position: int = 0
    _counted: int = 0

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        if self._stopped is not None and self._stopped.is_set():
            raise ValidationError("the upload was cancelled")
        space = memoryview(buffer).cast("B")[: self._length - self._position]
        count = self._read_at(self._start + self._position, space) if space else 0
        self._position += count
        if self._meter is not None and self._position > self._counted:
            self._meter.add(self._position - self._counted)
            self._counted = self._position
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        target = base + offset
        if whence == os.SEEK_SET and self._meter is not None and target < self._counted:
            # A retry sends these bytes again.
            self._meter.rewind(self._counted - target)
            self._counted = target
        self._position = target
        return target

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return True."""
        return True

    def chunks(self) -> Iterator[memoryview]:
        """Read the slice in chunks.

        Yields:
            Chunks of at most 1 MiB, each valid until the next one is read.
        """
        buffer = memoryview(bytearray(min(_BLOCK, max(self._length, 1))))
        while count := self.readinto(buffer):
            yield buffer[:count]


@define(eq=False, slots=False)
class UploadSource:
    """An opened upload source.

    Args:
        read: Reads at a position into a buffer.
        size: Size of the content in bytes.
        name: File name; empty if there is none.
        path: Path of the file; None if there is none.
        get_fingerprint: Returns values that change when the file changes.

    Attributes:
        size: Size of the content in bytes.
        name: File name; empty if there is none.
        path: Path of the file; None if there is none.
        fingerprint: Device, inode, size and modification time of the file when it was opened; None if the source is not a file.
    """

    _read: _ReadAt
    size: int
    name: str = ""
    path: Path | None = None
    _get_fingerprint: Callable[[], object] = field(default=lambda: None, alias="get_fingerprint")
    fingerprint: object = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.fingerprint = self._get_fingerprint()

    @cached_property
    def content_digest(self) -> str:
        """SHA-256 digest of the content as a header value (RFC 9530); computed on first access."""
        digest, _, size = content_digest(self.slice().chunks())
        if size != self.size:
            raise ValidationError(f"the source shrank while it was read: {size} of {self.size} bytes")
        return digest

    def slice(
        self,
        start: int = 0,
        length: int | None = None,
        *,
        meter: Meter | None = None,
        stopped: threading.Event | None = None,
    ) -> Slice:
        """Open a byte range of the content.

        Args:
            start: First byte.
            length: Number of bytes. Defaults to the remaining content.
            meter: Counts the bytes read.
            stopped: Once set, reading raises an error.

        Returns:
            A binary file object.
        """
        return Slice(self._read, start, self.size - start if length is None else length, meter, stopped)

    def check_unchanged(self) -> None:
        """Check that the source has not changed since it was opened.

        Raises:
            ValidationError: The source was changed, replaced or deleted.
        """
        try:
            same = self._get_fingerprint() == self.fingerprint
        except OSError:
            raise ValidationError(f"{self.name or 'the source'} was deleted during the upload") from None
        if not same:
            raise ValidationError(f"{self.name or 'the source'} changed during the upload")


Source = str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes] | UploadSource


def source_name(source: Source) -> str:
    """Get the file name of a source.

    Args:
        source: The source.

    Returns:
        The last component of its path; empty if it has no path.
    """
    if isinstance(source, UploadSource):
        return source.name
    if isinstance(source, bytes):
        return ""
    named = getattr(source, "name", None) if hasattr(source, "read") else source
    return Path(os.fsdecode(named)).name if isinstance(named, str | os.PathLike) else ""


@contextmanager
def open_source(source: Source) -> Iterator[UploadSource]:
    """Open a source and determine its size before the first byte is sent.

    Args:
        source: Path, bytes, binary file (read from its current position) or iterable of bytes. Sources that cannot be read twice (pipes,
            devices, iterators) are spooled, in memory up to 4 MiB, then in a temporary file.

    Yields:
        The source.

    Raises:
        OSError: The path does not exist, is a folder or a pipe without a writer, or a non-blocking stream has no data.
        NotEnoughDiskError: Not enough free disk space to spool a stream.
        ValidationError: The type of the source is not supported, or the path is empty.
    """
    if isinstance(source, UploadSource):
        yield source
    elif isinstance(source, bytes):
        yield _memory_source(memoryview(source))
    elif isinstance(source, str | os.PathLike):
        path = Path(check_path(source))
        with open_for_reading(path) as stream:
            if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and not _has_unknown_size(stream):
                yield _file_source(stream, 0, path)
            else:
                yield from _spooled_source(read_all(stream, path), path.name)
    elif hasattr(source, "read"):
        yield from _object_source(source)
    elif (view := _as_view(source)) is not None:
        yield _memory_source(view)
    elif isinstance(source, Iterable):
        yield from _spooled_source(source)
    else:
        raise ValidationError(
            f"the content must be a path, bytes, a binary file or an iterable of bytes, not {type(source).__name__}"
        )


def _as_view(source: object) -> memoryview | None:
    """Get the bytes of an object that supports the buffer protocol; None for other objects."""
    try:
        view = memoryview(source)  # type: ignore[arg-type]
    except TypeError:
        return None
    # Non-contiguous memory has to be copied, and empty memory cannot be cast.
    return view.cast("B") if view.c_contiguous and view.nbytes else memoryview(view.tobytes())


def _memory_source(content: memoryview) -> UploadSource:
    def read(position: int, buffer: memoryview) -> int:
        chunk = content[position : position + len(buffer)]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    return UploadSource(read, len(content))


def _has_unknown_size(stream: Any) -> bool:
    """Check whether a file has content although its reported size is 0, as in `/proc`."""
    if os.fstat(stream.fileno()).st_size or not stream.readable():
        return False
    position = stream.tell()
    found = bool(stream.read(1))
    stream.seek(position)
    return found


def _file_source(stream: Any, start: int, path: Path | None = None) -> UploadSource:
    """Create a source for a regular file, read by position, so that any number of threads can read it."""
    descriptor = stream.fileno()
    lock = threading.Lock()

    def read(position: int, buffer: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(descriptor, [buffer], start + position)
        with lock:  # pragma: no cover - Windows
            os.lseek(descriptor, start + position, os.SEEK_SET)
            return stream.readinto(buffer) or 0

    def fingerprint() -> object:
        status = os.fstat(descriptor)
        found = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if path is not None:
            current = path.stat()
            if (current.st_dev, current.st_ino) != found[:2]:
                return "replaced"
        return found

    name = source_name(stream) if path is None else path.name
    return UploadSource(
        read, max(0, os.fstat(descriptor).st_size - start), name=name, path=path, get_fingerprint=fingerprint
    )


def _object_source(source: Any) -> Iterator[UploadSource]:
    """Create a source for an open binary file, from its position to its end; its position is at the end afterwards."""
    if isinstance(source, io.TextIOBase):
        raise ValidationError("the file is open in text mode; open it with 'rb'")
    if getattr(source, "closed", False) is True:
        raise ValidationError("the file is closed; open it with 'rb'")
    # Wrappers, for example gzip readers, expose the descriptor of the wrapped file, so only exact types count as files.
    is_file = type(source) in {io.BufferedReader, io.BufferedRandom, io.FileIO}
    is_file = is_file and type(getattr(source, "raw", source)) is io.FileIO
    if (is_file or isinstance(source, io.BufferedWriter)) and not source.readable():
        raise ValidationError("the file is not open for reading; open it with 'rb'")
    measured = measure(source)
    if measured is None or (is_file and _has_unknown_size(source)):
        yield from _spooled_source(_read_all(source), source_name(source))
        return
    start, length = measured
    if not is_file:
        # Strings, and a file that is not open for reading, are rejected before a request.
        _check_bytes(source.read(1) or b"")
        source.seek(start)
    final_position = start
    try:
        if is_file:
            if source.writable():
                source.flush()
            yield _file_source(source, start)
        else:
            yield UploadSource(_locked_reader(source, start), length, name=source_name(source))
        final_position = start + length
    finally:
        # At the end after a successful upload, else at the original position.
        if not getattr(source, "closed", False):
            source.seek(final_position)


def _locked_reader(source: Any, start: int) -> _ReadAt:
    lock = threading.Lock()

    def read(position: int, buffer: memoryview) -> int:
        with lock:
            source.seek(start + position)
            chunk = source.read(len(buffer))
        _check_bytes(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    return read


def _check_bytes(chunk: object) -> None:
    if not isinstance(chunk, bytes | bytearray | memoryview):
        raise ValidationError(f"the content must be bytes, not {type(chunk).__name__}; open files in binary mode")


def _read_all(stream: Any) -> Iterator[bytes]:
    while chunk := stream.read(_BLOCK):
        yield chunk
    if chunk is None:
        # None is not the end of file: a non-blocking source has no data at the moment.
        raise BlockingIOError(errno.EAGAIN, "the source is non-blocking and has no data now; make it blocking")


def _spooled_source(chunks: Iterable[bytes], name: str = "") -> Iterator[UploadSource]:
    """Create a source for a stream that can be read only once, by spooling it to a temporary file."""
    with tempfile.SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as file, disk_space_errors(Path(tempfile.gettempdir())):
        for chunk in chunks:
            _check_bytes(chunk)
            file.write(chunk)
        yield UploadSource(_locked_reader(file, 0), file.seek(0, os.SEEK_END), name=name)
