"""Storage of upload parts: one file per upload, with each part at its byte range.

- A part that is received for the first time is written directly to its byte range. Its database row marks it as stored.
- A part that is received again, or while another request is writing the same range, is written to a separate file. Its row names
  that file as pending until the bytes are copied to their range; after a crash, the next start does that. So a part that was
  acknowledged is always complete, and a replacement that fails changes nothing.
- Hence a range without a row may hold anything, a range whose row has no pending file holds the part, and no range has two writers.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from orionclient.emulator._problems import ProblemError, not_found
from orionclient.emulator._store.blobs import CHUNK_SIZE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from io import FileIO

    from orionclient.emulator._store.blobs import Blobs
    from orionclient.emulator._store.store import Store


class PartRange(NamedTuple):
    """The byte range of a part in the file of its upload.

    Args:
        upload: Id of the upload.
        number: Part number, counted from 1.
        blob: Name of the upload's file.
        offset: Position of the first byte.
        length: Number of bytes.
    """

    upload: int
    number: int
    blob: str
    offset: int
    length: int


def compute_range(upload: sqlite3.Row, number: int) -> PartRange:
    """Compute the byte range of a part of an open upload.

    Raises:
        ProblemError: 409 if the upload is complete, 422 if it has no such part.
    """
    if upload["state"] != "open":
        raise build_complete_problem(upload["id"])
    last = count_parts(upload["size"], upload["part_size"])
    if number > last:
        detail = f"The upload {upload['id']} has no part {number}; its parts are 1 to {last}."
        raise ProblemError(422, detail, "no_such_part")
    offset = (number - 1) * upload["part_size"]
    return PartRange(upload["id"], number, upload["blob"], offset, min(upload["part_size"], upload["size"] - offset))


def count_parts(size: int, part_size: int) -> int:
    """Return the number of parts of an upload."""
    return -(-size // part_size)


def build_complete_problem(upload_id: int) -> ProblemError:
    """Return a 409 for parts of a completed upload."""
    return ProblemError(409, f"The upload {upload_id} is complete; it accepts no more parts.", "upload_complete")


def list_blobs(db: sqlite3.Connection, kind: str, resource_ids: Sequence[int]) -> list[str]:
    """List the blobs of all uploads to the given files or shards (`file` or `shard`), which are deleted with them."""
    query = f"SELECT id, blob FROM uploads WHERE {kind} IN ({', '.join('?' * len(resource_ids))})"  # noqa: S608 - a constant  # nosec B608
    return [name for row in db.execute(query, resource_ids).fetchall() for name in list_upload_blobs(db, row)]


def list_upload_blobs(db: sqlite3.Connection, upload: sqlite3.Row) -> list[str]:
    """List the blobs of one upload."""
    query = "SELECT pending FROM parts WHERE upload = ? AND pending IS NOT NULL"
    names = [row["pending"] for row in db.execute(query, (upload["id"],))]
    return [*names, upload["blob"]] if upload["blob"] is not None else names


class _Target(Protocol):
    """Destination of the bytes of a part."""

    def write(self, data: bytes) -> object: ...

    def complete(self) -> None: ...

    def discard(self) -> None: ...


class StoredPart:
    """A part that is being received: written, counted and digested, but not stored before `commit`.

    Args:
        parts: The parts of the stack.
        part_range: The byte range of the part.
    """

    def __init__(self, parts: Parts, part_range: PartRange) -> None:
        self.part_range = part_range
        self.size: int = 0
        self._digest = hashlib.sha256()
        self._parts = parts
        self._direct = parts._claim(part_range)
        self._target: _Target = self._direct or parts._blobs.stage()

    @property
    def digest(self) -> bytes:
        """SHA-256 of the written bytes."""
        return self._digest.digest()

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            ProblemError: 422, the part is too long.
        """
        if self.size + len(data) > self.part_range.length:
            raise self._wrong_size("more")
        self._target.write(data)
        self._digest.update(data)
        self.size += len(data)

    def complete(self) -> None:
        """Finish writing and flush to disk.

        Raises:
            ProblemError: 422, the part is too short.
        """
        if self.size != self.part_range.length:
            raise self._wrong_size(str(self.size))
        self._target.complete()

    def _wrong_size(self, given: str) -> ProblemError:
        detail = f"Part {self.part_range.number} must have {self.part_range.length} bytes, not {given}."
        return ProblemError(422, detail, "wrong_part_size")

    def discard(self) -> None:
        """Release the resources and remove what was not committed."""
        self._target.discard()
        if self._direct is not None:
            self._parts._release(self.part_range, self._direct)

    def commit(self, check: Callable[[sqlite3.Connection], object]) -> dict[str, Any]:
        """Store the part under its number.

        Args:
            check: Checks, inside the transaction, that the part may still be stored.

        Returns:
            The part as the contract defines it.
        """
        if self._direct is not None:
            with self._direct.lock:
                self._direct.check()
                self._parts._record(self, None, check)
        else:
            name = self._parts._blobs.commit(self._target)  # type: ignore[arg-type]
            try:
                self._parts._record(self, name, check)
            except BaseException:
                self._parts._blobs.remove(name)
                raise
            self._parts._settle_part(self.part_range)
        return {"number": self.part_range.number, "size": self.size, "sha256": self.digest.hex()}


class _DirectPart:
    """The only writer of a byte range without a row."""

    def __init__(self, file: FileIO, part_range: PartRange, sync: Callable[[int], None]) -> None:
        self.lock = threading.Lock()
        self.ended = False
        self._file = file
        self._sync = sync
        self._number = part_range.number
        file.seek(part_range.offset)

    def check(self) -> None:
        if self.ended:
            raise ProblemError(409, f"Part {self._number} was stored by another request meanwhile.", "part_replaced")

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        with self.lock:
            self.check()
            while rest:
                rest = rest[self._file.write(rest) :]

    def complete(self) -> None:
        self._sync(self._file.fileno())

    def end(self) -> None:
        """Reject all further writes."""
        with self.lock:
            self.ended = True

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()


class Parts:
    """The upload parts of a stack.

    Args:
        store: The database.
        blobs: The blob storage.
    """

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs
        self._lock = threading.Lock()
        self._settling = threading.Lock()
        self._writers: dict[tuple[int, int], _DirectPart] = {}

    def receive(self, part_range: PartRange) -> StoredPart:
        """Start receiving a part."""
        return StoredPart(self, part_range)

    def settle(self, upload: int | None = None) -> None:
        """Copy pending parts to their byte ranges.

        Args:
            upload: An upload with a row for every part. If omitted, the pending parts of all uploads, as at a start.
        """
        with self._lock:
            superseded = [(key, writer) for key, writer in self._writers.items() if key[0] == upload]
        # Other requests have sent these parts completely, so the remaining writers are too slow or their clients have disconnected.
        for key, writer in superseded:
            writer.end()
            with self._lock:
                if self._writers.get(key) is writer:
                    del self._writers[key]
        query = (
            "SELECT u.*, p.number FROM parts p JOIN uploads u ON u.id = p.upload"
            " WHERE p.pending IS NOT NULL AND u.state = 'open' AND u.id = coalesce(?, u.id)"
        )
        with self._store.read_transaction() as db:
            rows = db.execute(query, (upload,)).fetchall()
        for row in rows:
            self._settle_part(compute_range(row, row["number"]))

    def _claim(self, part_range: PartRange) -> _DirectPart | None:
        """Become the writer of a byte range, unless it holds a part or has a writer."""
        try:
            writer = _DirectPart(self._blobs.open_for_writing(part_range.blob), part_range, self._blobs.sync)
        except FileNotFoundError:
            raise not_found(f"The upload {part_range.upload} does not exist.") from None
        with self._lock:
            free = part_range[:2] not in self._writers
            if free:
                self._writers[part_range[:2]] = writer
        if free and not self._has_row(part_range):
            return writer
        writer.discard()
        if free:
            self._release(part_range, writer)
        return None

    def _has_row(self, part_range: PartRange) -> bool:
        with self._store.read_transaction() as db:
            query = "SELECT 1 FROM parts WHERE upload = ? AND number = ?"
            return db.execute(query, part_range[:2]).fetchone() is not None

    def _release(self, part_range: PartRange, writer: _DirectPart) -> None:
        with self._lock:
            if self._writers.get(part_range[:2]) is writer:
                del self._writers[part_range[:2]]
        # A replacement received meanwhile could not be copied to this range.
        self._settle_part(part_range)

    def _record(self, part: StoredPart, pending: str | None, check: Callable[[sqlite3.Connection], object]) -> None:
        part_range = part.part_range
        with self._store.write_transaction() as db:
            check(db)
            query = "SELECT pending FROM parts WHERE upload = ? AND number = ?"
            old = db.execute(query, part_range[:2]).fetchone()
            db.execute(
                "INSERT INTO parts (upload, number, size, sha256, pending) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, pending = excluded.pending",
                (*part_range[:2], part.size, part.digest.hex(), pending),
            )
        if old is not None:
            self._blobs.remove(old["pending"])

    def _settle_part(self, part_range: PartRange) -> None:
        """Copy the pending bytes of a part to its range, unless the range has a writer, which does it when it ends."""
        if self._pending(part_range) is None:
            return
        with self._settling:
            while (name := self._pending(part_range)) is not None:
                try:
                    self._copy(name, part_range)
                except FileNotFoundError:
                    if self._pending(part_range) == name:
                        raise
                    continue
                with self._store.write_transaction() as db:
                    query = "UPDATE parts SET pending = NULL WHERE upload = ? AND number = ? AND pending = ?"
                    db.execute(query, (*part_range[:2], name))
                self._blobs.remove(name)

    def _pending(self, part_range: PartRange) -> str | None:
        with self._lock:
            if part_range[:2] in self._writers:
                return None
        with self._store.read_transaction() as db:
            query = "SELECT pending FROM parts WHERE upload = ? AND number = ?"
            row = db.execute(query, part_range[:2]).fetchone()
        return None if row is None else row["pending"]

    def _copy(self, name: str, part_range: PartRange) -> None:
        with self._blobs.open(name) as source, self._blobs.open_for_writing(part_range.blob) as target:
            target.seek(part_range.offset)
            while chunk := source.read(CHUNK_SIZE):
                rest = memoryview(chunk)
                while rest:
                    rest = rest[target.write(rest) :]
            self._blobs.sync(target.fileno())
