"""Handlers for collections of shards.

The rules are assumptions, except for the states `open` and `ready` and what they allow:

- Closing removes the shards that are not ready. That is done in the background, so the state is `processing` first.
- Purging a collection removes its shards in batches. A collection of one batch is removed at once; a larger one is removed in the
  background, in state `deleting`.
- A collection that is being deleted can be read and deleted again. Updating it, and any access to its shards, gets a 409.
- The state in the database determines the remaining work, so the next start resumes it after a stop or a crash.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, Handler, ResourceKind, Services
from orionclient.emulator._problems import ProblemError
from orionclient.emulator._store.access import locate_row
from orionclient.emulator._store.parts import list_blobs

if TYPE_CHECKING:
    import sqlite3

MAX_METADATA = 256 * 1024
# Rows removed in one transaction, which takes a few milliseconds and blocks other writers.
_BATCH = 500
# The longest pause of the background thread for one collection, so that others are not delayed.
_BATCH_PAUSE = 0.02

# The shards to remove in each transitional state. The indexes are named, because SQLite has no statistics to choose by.
_DELETING = {
    "processing": "shards INDEXED BY shards_not_ready WHERE collection = ? AND state <> 'ready'",
    "deleting": "shards INDEXED BY shards_of_collection WHERE collection = ?",
}


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "name", "state", "version", "created", "owner", "project", "description", "path", "deleted")
    return {
        **{name: row[name] for name in plain},
        "location": locate_row(row),
        "metadata": _strictjson.loads(row["metadata"]),
        "shard_count": row["open_shards"] + row["temporary_shards"] + row["ready_shards"],
    }


KIND = COLLECTIONS = ResourceKind(
    "collection", "collections", "collection_id", _show, taggable=True, sharable=True, in_folders=True, trash=True
)


def check_metadata(call: Call) -> dict[str, str]:
    """Return the metadata in the body as a column; empty if omitted.

    Raises:
        ProblemError: 422, the metadata is too large.
    """
    if "metadata" not in call.body:
        return {}
    text = _strictjson.dumps(call.body["metadata"])
    size = len(text.encode())
    if size > MAX_METADATA:
        detail = f"The metadata has {size} bytes as JSON; the maximum is {MAX_METADATA}."
        raise ProblemError(422, detail, "metadata_too_large")
    return {"metadata": text}


def find(call: Call, db: sqlite3.Connection, *, reading: bool = False) -> sqlite3.Row:
    """Return the collection in the path, unless it is being deleted."""
    row = resources.find_named(call, db, COLLECTIONS, reading=reading)
    reject_if_deleting(row)
    return row


def reject_if_deleting(row: sqlite3.Row) -> None:
    """Raise a 409 for a collection that is being deleted."""
    if row["state"] == "deleting":
        raise build_busy_problem(f"The collection {row['id']} is being deleted.")


def build_busy_problem(detail: str) -> ProblemError:
    """Return a 409 for a collection in another state than the operation needs."""
    return ProblemError(409, detail, "collection_busy")


def update_collection(call: Call) -> dict[str, Any]:
    """Set the fields in the body."""
    metadata = check_metadata(call)
    with call.stack.store.read_transaction() as db:
        find(call, db)
    return resources.update(call, COLLECTIONS, **metadata)


def delete_collection(call: Call) -> None:
    """Move a collection to the trash, or start to purge it."""
    if not call.query["immediate"]:
        resources.delete(call, COLLECTIONS)
        return
    collection_id = call.path[COLLECTIONS.id_parameter]
    with call.stack.store.write_transaction() as db:
        resources.find(call, db, COLLECTIONS, collection_id, trashed=True)
        batch = start_deletion(db, collection_id)
    schedule_next(call.stack, collection_id, batch, due=0.0)


def start_deletion(db: sqlite3.Connection, collection_id: int) -> _DeletedBatch:
    """Start to purge a collection; `schedule_next` continues after the transaction."""
    _set_state(db, collection_id, "deleting")
    return _delete_batch(db, collection_id)


def open_collection(call: Call) -> dict[str, Any]:
    """Open a ready collection, so that it accepts shards again."""
    with call.stack.store.write_transaction() as db:
        row = find(call, db)
        if row["state"] not in {"open", "ready"}:
            raise build_busy_problem(
                f"The collection {row['id']} is {row['state']}; only a ready collection can be opened."
            )
        _set_state(db, row["id"], "open")
        return _show(find(call, db))


def close_collection(call: Call) -> dict[str, Any]:
    """Close a collection to new shards, and start to remove the shards that are not ready."""
    with call.stack.store.write_transaction() as db:
        row = find(call, db)
        if row["state"] not in {"open", "processing", "ready"}:
            raise build_busy_problem(
                f"The collection {row['id']} is {row['state']}; only an open collection can be closed."
            )
        if row["state"] == "open":
            _set_state(db, row["id"], "processing")
        shown = _show(find(call, db))
    if row["state"] == "open":
        call.stack.work.submit(_continue_deletion, call.stack, row["id"], time.monotonic() + call.stack.processing)
    return shown


def _set_state(db: sqlite3.Connection, collection_id: int, state: str) -> None:
    db.execute("UPDATE collections SET state = ? WHERE id = ?", (state, collection_id))


def _continue_deletion(stack: Services, collection_id: int, due: float) -> None:
    """Remove one batch of shards, not before `due`. Further batches are queued again, so that other collections get their turn."""
    wait = due - time.monotonic()
    if wait > 0:
        if stack.work.pause(min(wait, _BATCH_PAUSE)):
            stack.work.submit(_continue_deletion, stack, collection_id, due)
        return
    with stack.store.write_transaction() as db:
        batch = _delete_batch(db, collection_id)
    schedule_next(stack, collection_id, batch, due)


class _DeletedBatch(NamedTuple):
    """The result of a batch: the names of the unreferenced blobs, and whether more shards have to be removed."""

    contents: list[str | None]
    more: bool


def _delete_batch(db: sqlite3.Connection, collection_id: int) -> _DeletedBatch:
    """Remove a batch of shards; the last batch also completes the transition of the collection."""
    row = db.execute("SELECT state FROM collections WHERE id = ?", (collection_id,)).fetchone()
    if row is None or row["state"] not in _DELETING:
        return _DeletedBatch([], more=False)
    query = f"SELECT id, blob FROM {_DELETING[row['state']]} LIMIT ?"  # noqa: S608 - a constant  # nosec B608
    going = db.execute(query, (collection_id, _BATCH)).fetchall()
    contents = [*(shard["blob"] for shard in going), *list_blobs(db, "shard", [shard["id"] for shard in going])]
    db.executemany("DELETE FROM shards WHERE id = ?", [(shard["id"],) for shard in going])
    if len(going) < _BATCH:
        if row["state"] == "deleting":
            resources.erase(db, COLLECTIONS, collection_id)
        else:
            _set_state(db, collection_id, "ready")
    return _DeletedBatch(contents, more=len(going) == _BATCH)


def schedule_next(stack: Services, collection_id: int, batch: _DeletedBatch, due: float) -> None:
    """Finish a batch after its transaction, and queue the next one."""
    # The transaction is committed, so the blobs are unreferenced. After a crash here, the next start removes them.
    stack.blobs.remove_all(batch.contents)
    if batch.more:
        stack.work.submit(_continue_deletion, stack, collection_id, due)


def resume(stack: Services) -> None:
    """Resume the transitions that the last server did not complete."""
    with stack.store.read_transaction() as db:
        found = db.execute("SELECT id, state FROM collections WHERE state IN ('processing', 'deleting')").fetchall()
    for row in found:
        wait = stack.processing if row["state"] == "processing" else 0.0
        stack.work.submit(_continue_deletion, stack, row["id"], time.monotonic() + wait)


def create_collection(call: Call) -> dict[str, Any]:
    """Create a collection from the body."""
    return resources.create(call, COLLECTIONS, version=call.body.get("version", 1), **check_metadata(call))


HANDLERS = {
    "list_collections": Handler(lambda call: resources.list_kind(call, COLLECTIONS, state=call.query.get("state"))),
    "create_collection": Handler(create_collection),
    "get_collection": Handler(lambda call: resources.get(call, COLLECTIONS)),
    "update_collection": Handler(update_collection),
    "delete_collection": Handler(delete_collection),
    "open_collection": Handler(open_collection),
    "close_collection": Handler(close_collection),
}
