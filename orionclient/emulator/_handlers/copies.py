"""Copying items on the server. A copy shares no rows and no names of blobs with its original, so either can be purged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient.emulator._handlers.collections import COLLECTIONS, build_busy_problem
from orionclient.emulator._handlers.datasets import DATASETS
from orionclient.emulator._handlers.files import FILES
from orionclient.emulator._problems import bad_body, conflict, damaged
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from orionclient.emulator._http.call import ResourceKind
    from orionclient.emulator._store.access import Location
    from orionclient.emulator._store.blobs import Blobs

# Shards copied with one query.
_BATCH = 500


class CopiedBlobs:
    """The blobs that one transaction copies."""

    def __init__(self, blobs: Blobs) -> None:
        self.names: list[str] = []
        self._blobs = blobs

    def copy(self, name: str | None) -> str | None:
        """Copy a blob and return the name of the copy; None for no blob."""
        if name is None:
            return None
        try:
            self.names.append(self._blobs.copy(name))
        except FileNotFoundError:
            raise damaged("The stored content of an item is missing.") from None
        return self.names[-1]


@contextmanager
def copied_blobs(blobs: Blobs) -> Iterator[CopiedBlobs]:
    """Copy blobs inside a transaction: flush them at the end of the block, or remove them after an error.

    After a crash, the next start removes those of the transaction that was not committed.
    """
    copied = CopiedBlobs(blobs)
    try:
        yield copied
        if copied.names:
            blobs.sync_folder()
    except BaseException:
        blobs.remove_all(copied.names)
        raise


class Target(NamedTuple):
    """What is new in a copy."""

    owner: int
    project: int
    folder: Location
    name: str


def copy_item(db: sqlite3.Connection, blobs: CopiedBlobs, kind: ResourceKind, row: sqlite3.Row, target: Target) -> int:
    """Copy an item with its content, without tags and shares, and return the id of the copy.

    Raises:
        ProblemError: 409, its content is incomplete.
    """
    common = {
        "name": target.name,
        "description": row["description"],
        "project": target.project,
        "owner": target.owner,
        "created": now(db),
        "root": target.folder.root,
        "path": target.folder.path,
    }
    if kind is FILES:
        return _copy_file(db, blobs, row, common)
    if kind is DATASETS:
        return _copy_dataset(db, row, common)
    if kind is COLLECTIONS:
        return _copy_collection(db, blobs, row, common)
    raise bad_body(f"Resources of type {kind.name} cannot be copied.")


def _insert(db: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    query = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"  # noqa: S608 - constants  # nosec B608
    return db.execute(query, list(values.values())).lastrowid or 0


def _copy_columns(row: sqlite3.Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _copy_file(db: sqlite3.Connection, blobs: CopiedBlobs, row: sqlite3.Row, common: dict[str, Any]) -> int:
    if row["blob"] is None:
        raise conflict(f"The file {row['id']} has no content yet.")
    own = _copy_columns(row, "state", "size", "sha256")
    return _insert(db, "files", {**common, **own, "blob": blobs.copy(row["blob"])})


def _copy_dataset(db: sqlite3.Connection, row: sqlite3.Row, common: dict[str, Any]) -> int:
    own = _copy_columns(row, "dirty", "first_record", "next_record", "source")
    dataset = _insert(db, "datasets", {**common, **own})
    query = "INSERT INTO records (dataset, id, body) SELECT ?, id, body FROM records WHERE dataset = ?"
    db.execute(query, (dataset, row["id"]))
    return dataset


def _copy_collection(db: sqlite3.Connection, blobs: CopiedBlobs, row: sqlite3.Row, common: dict[str, Any]) -> int:
    if row["state"] not in {"open", "ready"}:
        raise build_busy_problem(f"The collection {row['id']} is {row['state']}; it cannot be copied.")
    # Triggers of the shards maintain the shard counts.
    collection = _insert(db, "collections", {**common, **_copy_columns(row, "state", "metadata", "version")})
    last = 0
    while True:
        query = "SELECT * FROM shards WHERE collection = ? AND id > ? ORDER BY id LIMIT ?"
        shards = db.execute(query, (row["id"], last, _BATCH)).fetchall()
        if not shards:
            return collection
        last = shards[-1]["id"]
        query = "UPDATE shard_ids SET last = last + step * ? WHERE version = ? RETURNING last, step"
        ((end, step),) = db.execute(query, (len(shards), row["version"])).fetchall()
        for index, shard in enumerate(reversed(shards)):
            plain = _copy_columns(shard, "name", "state", "size", "sha256", "metadata")
            own = {"id": end - index * step, "collection": collection, "created": common["created"]}
            _insert(db, "shards", {**own, **plain, "blob": blobs.copy(shard["blob"])})
