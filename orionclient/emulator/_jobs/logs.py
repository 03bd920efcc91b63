"""The log of a job: the end of its output, in a few files that together have a limited size.

The first file is `log`; each next one is `log.<offset>`, named by the offset of its first byte in the whole output. When there are more
than four, the oldest is deleted. So offsets stay valid while the start of the log is omitted.
"""

from __future__ import annotations

import contextlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from orionclient.emulator._store.blobs import read_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILES = 4


def _list_files(folder: Path) -> list[tuple[int, Path]]:
    """List the files of a log with their offsets, oldest first."""
    names = [path.name for path in folder.glob("log*")]
    offsets = [int(name[4:]) for name in names if name[:4] == "log." and name[4:].isdigit()]
    return [(0, folder / "log")] * ("log" in names) + [(offset, folder / f"log.{offset}") for offset in sorted(offsets)]


def delete_log(folder: Path) -> None:
    """Delete the log in the folder of a job, if there is one."""
    for _, path in _list_files(folder):
        path.unlink(missing_ok=True)


class LogWriter:
    """Appends output to the log of a job, and omits its start when it is too long.

    Args:
        folder: Folder of the job.
        limit: Maximum size of the log in bytes; about the last three quarters of it are always available.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._size = max(limit // _FILES, 1)
        self._start, path = (_list_files(folder) or [(0, folder / "log")])[-1]
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._count = path.stat().st_size

    def write(self, data: bytes) -> None:
        """Append bytes."""
        while data:
            chunk = data[: self._size - self._count]
            if len(chunk) < len(data):
                # A file ends with a complete line, unless it would be empty.
                chunk = chunk[: chunk.rfind(b"\n") + 1] or (b"" if self._count else chunk)
            # On a full disk, fewer bytes may be written.
            written = self._file.write(chunk)
            self._count += written
            data = data[written:]
            if data and written == len(chunk):
                self._rotate()

    def _rotate(self) -> None:
        start = self._start + self._count
        file = (self._folder / f"log.{start}").open("ab", buffering=0)
        self._file.close()
        self._file, self._start, self._count = file, start, 0
        for _, path in _list_files(self._folder)[:-_FILES]:
            with contextlib.suppress(OSError):  # Windows cannot delete a file that is being read
                path.unlink()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class LogReader:
    """The log of a job from an offset on, as far as it is written now.

    Args:
        folder: Folder of the job.
        offset: Count of bytes of the whole output to skip.

    Attributes:
        size: Count of bytes that `chunks` yields.
        stored: Count of stored bytes, those before the offset included.
        end: Offset of the end.
    """

    def __init__(self, folder: Path, offset: int) -> None:
        self._stack = ExitStack()
        files = self._open(folder)
        first = files[0][0] if files else 0
        self.end: int = files[-1][0] + files[-1][2] if files else 0
        self.stored: int = self.end - first
        start = min(max(offset, first), self.end)
        self._notice = b""
        if offset < first:
            notice = f"[{first - offset} bytes of output are omitted, because the log has a maximum size]\n"
            # A client that has read some of the output may be in the middle of a line.
            self._notice = b"\n" * bool(offset) + notice.encode()
        self._ranges = []
        for begin, file, size in files:
            if begin + size > start:
                file.seek(max(start - begin, 0))
                self._ranges.append((file, begin + size - max(start, begin)))
        self.size: int = len(self._notice) + self.end - start

    def _open(self, folder: Path) -> list[tuple[int, BinaryIO, int]]:
        while True:
            try:
                opened = [(begin, self._stack.enter_context(path.open("rb"))) for begin, path in _list_files(folder)]
                return [(begin, file, file.seek(0, 2)) for begin, file in opened]
            except FileNotFoundError:
                # The oldest file was deleted meanwhile.
                self._stack.close()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        if self._notice:
            yield self._notice
        for file, count in self._ranges:
            yield from read_chunks(file, count)

    def close(self) -> None:
        """Close the files."""
        self._stack.close()
