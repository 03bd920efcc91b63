"""Content on disk: files with names of our own, written beside and moved into place when complete."""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import FileIO
    from pathlib import Path
    from sqlite3 import Row

# Each chunk costs a change of threads.
CHUNK_SIZE = 1024 * 1024


class StagedBlob:
    """Content on its way in: written, counted and digested, but not yet kept.

    Args:
        path: The temporary file, which is made here.
        sync: Waits until what was written to a descriptor is on the disk.
    """

    def __init__(self, path: Path, sync: Callable[[int], None]) -> None:
        self.path = path
        self.size: int = 0
        self._digest = hashlib.sha256()
        self._sync = sync
        self._file: BinaryIO = path.open("xb")

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was written."""
        return self._digest.digest()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def complete(self, *, durable: bool = True) -> None:
        """Nothing is written afterwards; `durable` brings everything to the disk."""
        self._file.flush()
        if durable:
            self._sync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Remove the content, unless it was kept."""
        with suppress(OSError):
            self._file.close()  # fails on a full disk, for it writes what is still in memory
        with suppress(OSError):
            self.path.unlink()


class Blobs:
    """The folder of contents.

    Args:
        folder: Made when it does not exist.
        durable: False does not wait for the disk: only the end of the process is survived, not that of the machine.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._durable = durable
        self._kept = folder / "kept"
        self._staging = folder / "staging"
        for path in (folder, self._kept, self._staging):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def staged(self) -> Iterator[StagedBlob]:
        """Room for content on its way in; what was not kept is gone when the block ends."""
        staged = self.stage()
        try:
            yield staged
        finally:
            staged.discard()

    def stage(self) -> StagedBlob:
        """Room for content on its way in; the caller keeps or discards it."""
        return StagedBlob(self._staging / uuid.uuid4().hex, self.sync)

    def keep(self, staged: StagedBlob) -> str:
        """Move complete content into place and give its name."""
        name = uuid.uuid4().hex
        staged.path.replace(self._kept / name)
        self._sync_folder()
        return name

    def make(self, size: int) -> str:
        """Room for content that comes in parts: a file of this size without anything in it, by name."""
        name = uuid.uuid4().hex
        with (self._kept / name).open("xb") as file:
            try:
                file.truncate(size)
                self.sync(file.fileno())
            except OSError:
                self.remove(name)
                raise
        self._sync_folder()
        return name

    def sync(self, descriptor: int) -> None:
        """Wait until what was written is on the disk, where that is wanted."""
        if self._durable:
            os.fsync(descriptor)

    def _sync_folder(self) -> None:
        if os.name == "nt":  # pragma: no cover - Windows has no such thing
            return
        descriptor = os.open(self._kept, os.O_RDONLY)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def open_for_writing(self, name: str) -> FileIO:
        """What `make` made, to be written in place; nothing is held back in memory."""
        return (self._kept / name).open("r+b", buffering=0)

    def digest(self, name: str) -> bytes:
        """SHA-256 of content; a chunk at a time is in memory."""
        with (self._kept / name).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").digest()

    def open(self, name: str) -> BinaryIO:
        """Content by name; it can be read to its end even when it is removed meanwhile."""
        return (self._kept / name).open("rb")

    def open_current(self, look: Callable[[], Row]) -> tuple[Row, BinaryIO]:
        """Content that may be replaced at any time: looks again where it went between looking and opening.

        Args:
            look: Finds the row whose `blob` names the content.
        """
        missing = None
        while True:
            row = look()
            try:
                return row, self.open(row["blob"])
            except FileNotFoundError:
                # The same one missing twice is really lost.
                if missing == row["blob"]:
                    raise
                missing = row["blob"]

    def remove(self, name: str | None) -> None:
        """Remove content; what cannot be removed now (open on Windows) goes at the next start."""
        if name is not None:
            with suppress(OSError):
                (self._kept / name).unlink()

    def remove_all(self, names: Iterable[str | None]) -> None:
        """Remove several contents."""
        for name in names:
            self.remove(name)

    def sweep(self, names: Iterable[str]) -> int:
        """Remove everything except the named contents; gives the number of files removed."""
        wanted = set(names)
        orphans = [path for path in self._kept.iterdir() if path.name not in wanted]
        orphans += self._staging.iterdir()
        for path in orphans:
            path.unlink()
        return len(orphans)


def read_chunks(file: BinaryIO, count: int | None = None) -> Iterator[bytes]:
    """The rest of a file in chunks of bounded size, or so many bytes of it."""
    while chunk := file.read(CHUNK_SIZE if count is None else min(CHUNK_SIZE, count)):
        yield chunk
        if count is not None:
            count -= len(chunk)


def digest_headers(digest: bytes, size: int) -> dict[str, str]:
    """The headers that let a client check what it gets."""
    return {
        "Content-Length": str(size),
        "ETag": f'"{digest.hex()}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
    }
