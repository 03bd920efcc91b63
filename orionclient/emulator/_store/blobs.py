"""Blob storage: content in files with random names, staged while it is written and moved into place when complete."""

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

# Each chunk costs a thread switch, so chunks are large.
CHUNK_SIZE = 1024 * 1024


class StagedBlob:
    """Content that is being received: written, counted and digested, but not committed.

    Args:
        path: The temporary file to create.
        sync: Flushes a file descriptor to disk.
    """

    def __init__(self, path: Path, sync: Callable[[int], None]) -> None:
        self.path = path
        self.size: int = 0
        self._digest = hashlib.sha256()
        self._sync = sync
        self._file: BinaryIO = path.open("xb")

    @property
    def digest(self) -> bytes:
        """SHA-256 of the written bytes."""
        return self._digest.digest()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def complete(self, *, durable: bool = True) -> None:
        """Finish writing; `durable` flushes to disk."""
        self._file.flush()
        if durable:
            self._sync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Remove the content, unless it was committed."""
        with suppress(OSError):
            self._file.close()  # fails on a full disk, because it writes the buffered bytes
        with suppress(OSError):
            self.path.unlink()


class Blobs:
    """The blobs of a stack.

    Args:
        folder: The folder, created if missing.
        durable: Whether to flush to disk. If False, data survives the end of the process but not a power failure. Defaults to
            True.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._durable = durable
        self._committed = folder / "kept"
        self._staging = folder / "staging"
        for path in (folder, self._committed, self._staging):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def staged(self) -> Iterator[StagedBlob]:
        """Stage content; it is discarded at the end of the block unless it was committed."""
        staged = self.stage()
        try:
            yield staged
        finally:
            staged.discard()

    def stage(self) -> StagedBlob:
        """Stage content; the caller commits or discards it."""
        return StagedBlob(self._staging / uuid.uuid4().hex, self.sync)

    def commit(self, staged: StagedBlob) -> str:
        """Move complete content into place and return its name."""
        name = uuid.uuid4().hex
        staged.path.replace(self._committed / name)
        self.sync_folder()
        return name

    def allocate(self, size: int) -> str:
        """Create an empty file of this size for content that is received in parts; returns its name."""
        name = uuid.uuid4().hex
        with (self._committed / name).open("xb") as file:
            try:
                file.truncate(size)
                self.sync(file.fileno())
            except OSError:
                self.remove(name)
                raise
        self.sync_folder()
        return name

    def sync(self, descriptor: int) -> None:
        """Flush a file descriptor to disk, if the storage is durable."""
        if self._durable:
            os.fsync(descriptor)

    def copy(self, name: str) -> str:
        """Copy content and return the name of the copy; flush it with `sync_folder`. Content never changes, so files are linked."""
        copied = uuid.uuid4().hex
        try:
            (self._committed / copied).hardlink_to(self._committed / name)
        except FileNotFoundError:
            raise
        except OSError:
            # A file system without links.
            with self.staged() as staged, self.open(name) as content:
                for chunk in read_chunks(content):
                    staged.write(chunk)
                staged.complete()
                staged.path.replace(self._committed / copied)
        return copied

    def sync_folder(self) -> None:
        """Flush the names of content to disk, if the storage is durable."""
        if os.name == "nt":  # pragma: no cover - Windows cannot flush folders
            return
        descriptor = os.open(self._committed, os.O_RDONLY)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def open_for_writing(self, name: str) -> FileIO:
        """Open a file created by `allocate` for unbuffered writing in place."""
        return (self._committed / name).open("r+b", buffering=0)

    def digest(self, name: str) -> bytes:
        """Compute the SHA-256 of content, with one chunk in memory at a time."""
        with (self._committed / name).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").digest()

    def open(self, name: str) -> BinaryIO:
        """Open content by name; it can be read to its end even if it is removed meanwhile."""
        return (self._committed / name).open("rb")

    def path(self, name: str) -> Path:
        """Return the path of content, for reading."""
        return self._committed / name

    def open_current(self, find_row: Callable[[], Row]) -> tuple[Row, BinaryIO]:
        """Open content that may be replaced at any time: if it is gone when it is opened, the row is read again.

        Args:
            find_row: Reads the row whose `blob` names the content.
        """
        missing = None
        while True:
            row = find_row()
            try:
                return row, self.open(row["blob"])
            except FileNotFoundError:
                # If the same blob is missing twice, it is lost.
                if missing == row["blob"]:
                    raise
                missing = row["blob"]

    def remove(self, name: str | None) -> None:
        """Remove content; a file that cannot be removed now (open on Windows) is removed at the next start."""
        if name is not None:
            with suppress(OSError):
                (self._committed / name).unlink()

    def remove_all(self, names: Iterable[str | None]) -> None:
        """Remove several blobs."""
        for name in names:
            self.remove(name)

    def sweep(self, names: Iterable[str]) -> int:
        """Remove everything except the named blobs; returns the number of removed files."""
        wanted = set(names)
        orphans = [path for path in self._committed.iterdir() if path.name not in wanted]
        orphans += self._staging.iterdir()
        for path in orphans:
            path.unlink()
        return len(orphans)


def read_chunks(file: BinaryIO, count: int | None = None) -> Iterator[bytes]:
    """Read the rest of a file in chunks; at most `count` bytes if given."""
    while chunk := file.read(CHUNK_SIZE if count is None else min(CHUNK_SIZE, count)):
        yield chunk
        if count is not None:
            count -= len(chunk)


def digest_headers(digest: bytes, size: int) -> dict[str, str]:
    """Return the headers with which a client verifies the content."""
    return {
        "Content-Length": str(size),
        "ETag": f'"{digest.hex()}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
    }
