"""Where the content of an upload comes from: a path, bytes, a binary file or a stream; measured before the first byte is sent."""

from __future__ import annotations

import errno
import io
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from orionclient.exceptions import ValidationError
from orionclient.transfer.digests import content_digest
from orionclient.transfer.names import check_path
from orionclient.transfer.part_files import disk_space_errors
from orionclient.transfer.pipes import open_for_reading, read_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orionclient.transfer.progress import Meter

_BLOCK: Final = 1 << 20
# Of a stream so much stays in memory before a temporary file takes it.
_MAX_IN_MEMORY: Final = 4 << 20
_ReadAt = Callable[[int, memoryview], int]


class Slice(io.RawIOBase):
    """A chunk of a source with a position of its own, so that several threads read at once.

    Args:
        read: Reads at a position into a buffer; gives the number of bytes.
        start: First byte.
        length: Number of bytes.
        meter: Counts what is read, and takes it back where it is read again; None counts nothing.
        stopped: Ends the reading with an error once it is set.
    """

    def __init__(
        self,
        read: _ReadAt,
        start: int,
        length: int,
        meter: Meter | None = None,
        stopped: threading.Event | None = None,
    ) -> None:
        super().__init__()
        self._read_at = read
        self._start = start
        self._length = length
        self._position = self._counted = 0
        self._meter = meter
        self._stopped = stopped

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        if self._stopped is not None and self._stopped.is_set():
            raise ValidationError("the upload was given up")
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
            # It is sent again.
            self._meter.rewind(self._counted - target)
            self._counted = target
        self._position = target
        return target

    def tell(self) -> int:
        """Give the position."""
        return self._position

    def seekable(self) -> bool:
        """True."""
        return True

    def readable(self) -> bool:
        """True."""
        return True

    def chunks(self) -> Iterator[memoryview]:
        """Read all of it.

        Yields:
            Chunks of at most 1 MiB, each good until the next.
        """
        buffer = memoryview(bytearray(min(_BLOCK, max(self._length, 1))))
        while count := self.readinto(buffer):
            yield buffer[:count]


class UploadSource:
    """A source that is ready to be sent.

    Args:
        read: Reads at a position into a buffer.
        size: Number of bytes.
        name: Name of its file; empty where it has none.
        unchanged: Tells what the file fingerprint like, for comparison; None where nothing can change it.
        path: Where it lies; None for what has no path.

    Attributes:
        size: Length of the content in bytes.
        name: Name of its file; empty where it has none.
        path: Where it lies; None for what has no path.
    """

    def __init__(
        self,
        read: _ReadAt,
        size: int,
        *,
        name: str = "",
        fingerprint: Callable[[], object] | None = None,
        path: Path | None = None,
    ) -> None:
        self.size = size
        self.name = name
        self.path = path
        self._read = read
        self._get_fingerprint = fingerprint
        self._fingerprint = fingerprint() if fingerprint is not None else None
        self._digest: str | None = None

    @property
    def fingerprint(self) -> object:
        """What the file looked like when it was opened: device, number, size, time of change; None for what is no file."""
        return self._fingerprint

    @property
    def content_digest(self) -> str:
        """SHA-256 digest of the content as a header value (RFC 9530); computed when it is first asked for."""
        if self._digest is None:
            self._digest, _, size = content_digest(self.slice().chunks())
            if size != self.size:
                raise ValidationError(f"the source shrank while it was read: {size} of {self.size} bytes")
        return self._digest

    @property
    def stream(self) -> BinaryIO:
        """The content as a binary file of its own, standing at its start."""
        return self.slice()  # type: ignore[return-value]

    def slice(
        self,
        start: int = 0,
        length: int | None = None,
        *,
        meter: Meter | None = None,
        stopped: threading.Event | None = None,
    ) -> Slice:
        """Take a chunk of the content.

        Args:
            start: First byte.
            length: Number of bytes; all the rest without it.
            meter: Counts what is read.
            stopped: Ends the reading once it is set.

        Returns:
            A binary file.
        """
        return Slice(self._read, start, self.size - start if length is None else length, meter, stopped)

    def check_unchanged(self) -> None:
        """Make sure that the source is still what was opened.

        Raises:
            ValidationError: It changed, was replaced or is gone.
        """
        if self._get_fingerprint is None:
            return
        try:
            same = self._get_fingerprint() == self._fingerprint
        except OSError:
            raise ValidationError(f"{self.name or 'the source'} vanished while it was sent") from None
        if not same:
            raise ValidationError(f"{self.name or 'the source'} changed while it was sent")


Source = str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes] | UploadSource


def source_name(source: Source) -> str:
    """Find the name of a source's file.

    Args:
        source: The source.

    Returns:
        The last part of its path; empty where it has none.
    """
    if isinstance(source, UploadSource):
        return source.name
    if isinstance(source, bytes):
        return ""
    named = getattr(source, "name", None) if hasattr(source, "read") else source
    return Path(os.fsdecode(named)).name if isinstance(named, str | os.PathLike) else ""


@contextmanager
def open_source(source: Source) -> Iterator[UploadSource]:
    """Open a source and measure it: its size is known before the first byte is sent.

    Args:
        source: A path, bytes, a binary file, which is sent from where it stands, or an iterable of bytes. What cannot be read twice (a
            pipe, a device, an iterator) is spooled meanwhile, in memory up to 4 MiB and in a temporary file above.

    Yields:
        The source.

    Raises:
        OSError: The path cannot be read: it is missing, a folder, or a pipe that nobody writes to. Or a stream that does not block has
            nothing at the moment.
        NotEnoughDiskError: There is no room to keep a stream.
        ValidationError: The source is nothing that holds bytes, or an empty path.
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
                with _spooled_source(read_all(stream, path), path.name) as spooled:
                    yield spooled
    elif hasattr(source, "read"):
        with _object_source(source) as found:
            yield found
    elif (view := _as_view(source)) is not None:
        yield _memory_source(view)
    elif isinstance(source, Iterable):
        with _spooled_source(source) as spooled:
            yield spooled
    else:
        raise ValidationError(f"content comes from a path, bytes or a binary file, not from {type(source).__name__}")


def _as_view(source: object) -> memoryview | None:
    """The bytes of an object that shows its memory, in order; None for others."""
    try:
        view = memoryview(source)  # type: ignore[arg-type]
    except TypeError:
        return None
    # What has gaps or is in another order has to be copied; nothing cannot be cast.
    return view.cast("B") if view.c_contiguous and view.nbytes else memoryview(view.tobytes())


def _memory_source(content: memoryview) -> UploadSource:
    def read(position: int, buffer: memoryview) -> int:
        chunk = content[position : position + len(buffer)]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    return UploadSource(read, len(content))


def _has_unknown_size(stream: Any) -> bool:
    """Whether a file has bytes although it reports none, as those of `/proc` do."""
    if os.fstat(stream.fileno()).st_size or not stream.readable():
        return False
    position = stream.tell()
    found = bool(stream.read(1))
    stream.seek(position)
    return found


def _file_source(stream: Any, start: int, path: Path | None = None) -> UploadSource:
    """A file of the system: read at positions, so that any number of threads can."""
    number = stream.fileno()
    lock = threading.Lock()

    def read(position: int, buffer: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(number, [buffer], start + position)
        with lock:  # pragma: no cover - Windows
            os.lseek(number, start + position, os.SEEK_SET)
            return stream.readinto(buffer) or 0

    def fingerprint() -> object:
        status = os.fstat(number)
        found = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if path is not None:
            there = path.stat()
            if (there.st_dev, there.st_ino) != found[:2]:
                return "replaced"
        return found

    name = source_name(stream) if path is None else path.name
    return UploadSource(read, max(0, os.fstat(number).st_size - start), name=name, fingerprint=fingerprint, path=path)


@contextmanager
def _object_source(source: Any) -> Iterator[UploadSource]:
    """A binary file of the user's, from where it stands to its end, where it stands afterwards."""
    if isinstance(source, io.TextIOBase):
        raise ValidationError("the file is open in text mode; open it with 'rb'")
    seekable = getattr(source, "seekable", None)
    # What wraps a file, to unpack it for example, has the number of that file too.
    is_file = type(source) in {io.BufferedReader, io.BufferedRandom, io.FileIO}
    is_file = is_file and type(getattr(source, "raw", source)) is io.FileIO
    if seekable is None or not seekable() or (is_file and _has_unknown_size(source)):
        with _spooled_source(_read_all(source), source_name(source)) as spooled:
            yield spooled
        return
    start = source.tell()
    end = source.seek(0, os.SEEK_END)
    left = start
    try:
        if is_file:
            if source.writable():
                source.flush()
            yield _file_source(source, start)
        else:
            yield UploadSource(_locked_reader(source, start), max(0, end - start), name=source_name(source))
        left = end
    finally:
        # At its end where it was sent, else where it stood.
        if not getattr(source, "closed", False):
            source.seek(left)


def _locked_reader(source: Any, start: int) -> _ReadAt:
    lock = threading.Lock()

    def read(position: int, buffer: memoryview) -> int:
        with lock:
            source.seek(start + position)
            chunk = source.read(len(buffer))
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise ValidationError(f"a body is made of bytes, not {type(chunk).__name__}; open files in binary mode")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    return read


def _read_all(stream: Any) -> Iterator[bytes]:
    while chunk := stream.read(_BLOCK):
        yield chunk
    if chunk is None:
        # Not the end: a source that does not block has nothing at the moment.
        raise BlockingIOError(errno.EAGAIN, "the source has nothing at the moment and does not block; make it block")


@contextmanager
def _spooled_source(chunks: Iterable[bytes], name: str = "") -> Iterator[UploadSource]:
    """What can be read only once, spooled for as long as it is sent."""
    with tempfile.SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as file, disk_space_errors(Path(tempfile.gettempdir())):
        for chunk in chunks:
            if not isinstance(chunk, bytes | bytearray | memoryview):
                raise ValidationError(f"a body is made of bytes, not {type(chunk).__name__}; open files in binary mode")
            file.write(chunk)
        yield UploadSource(_locked_reader(file, 0), file.seek(0, os.SEEK_END), name=name)
