"""Collections: many shards under one name, open for filling or closed for good order.

The rules are assumptions, except for the states `open` and `ready` and what they allow:

- Closing drops the shards that are not ready. That is done in the background, so the state is `processing` first.
- Removing a collection for good removes its shards a batch at a time. What one batch is enough for is gone at once; of a larger
  collection the rest goes in the background, and the state is `deleting` until then.
- A collection that is being deleted shows itself and can be deleted once more. Changing it responds to 409, and so do its shards.
- The state in the database says what is left to do, so the next start resumes what a stop or a crash cut off.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient.emulator import resources, strictjson
from orionclient.emulator.call import Call, Handler, Services
from orionclient.emulator.parts import list_contents
from orionclient.emulator.problems import ProblemError
from orionclient.emulator.resources import ResourceKind

if TYPE_CHECKING:
    import sqlite3

MAX_METADATA = 256 * 1024
# So many rows are removed in a few milliseconds, for which other writers wait.
_BATCH = 500
# The longest that one collection which waits for its time keeps the background thread from the others.
_BATCH_PAUSE = 0.02

# The numbers of shards are kept by triggers of the table of shards: a collection may have half a million.
TABLES = resources.create_table_statement(
    "collections",
    "state TEXT NOT NULL DEFAULT 'open'",
    "metadata TEXT NOT NULL DEFAULT '{}'",
    "version INTEGER NOT NULL DEFAULT 1",
    "open_shards INTEGER NOT NULL DEFAULT 0",
    "temporary_shards INTEGER NOT NULL DEFAULT 0",
    "ready_shards INTEGER NOT NULL DEFAULT 0",
)

# What goes in each of the states that the background ends. Named indexes: without statistics SQLite would guess.
_DELETING = {
    "processing": "shards INDEXED BY shards_not_ready WHERE collection = ? AND state <> 'ready'",
    "deleting": "shards INDEXED BY shards_of_collection WHERE collection = ?",
}


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "name", "state", "version", "created", "owner", "project", "description", "path", "deleted")
    return {
        **{name: row[name] for name in plain},
        "metadata": strictjson.loads(row["metadata"]),
        "shard_count": row["open_shards"] + row["temporary_shards"] + row["ready_shards"],
    }


KIND = COLLECTIONS = ResourceKind(
    "collection", "collections", "collection_id", _show, taggable=True, sharable=True, in_folders=True
)


def check_metadata(call: Call) -> dict[str, str]:
    """The metadata of the body as a column, or nothing where it names none; 422 where it is too large."""
    if "metadata" not in call.body:
        return {}
    text = strictjson.dumps(call.body["metadata"])
    size = len(text.encode())
    if size > MAX_METADATA:
        detail = f"The metadata has {size} bytes as JSON; {MAX_METADATA} are accepted."
        raise ProblemError(422, detail, "metadata_too_large")
    return {"metadata": text}


def find(call: Call, db: sqlite3.Connection, *, reading: bool = False) -> sqlite3.Row:
    """The collection that the path names, unless it is being deleted."""
    row = resources.find_named(call, db, COLLECTIONS, reading=reading)
    reject_if_deleting(row)
    return row


def reject_if_deleting(row: sqlite3.Row) -> None:
    """409 for a collection that is being deleted."""
    if row["state"] == "deleting":
        raise _busy_problem(f"The collection {row['id']} is being deleted.")


def _busy_problem(detail: str) -> ProblemError:
    return ProblemError(409, detail, "collection_busy")


def update_collection(call: Call) -> dict[str, Any]:
    """Set the fields that the body names."""
    metadata = check_metadata(call)
    with call.stack.store.reading() as db:
        find(call, db)
    return resources.update(call, COLLECTIONS, **metadata)


def delete_collection(call: Call) -> None:
    """Move to the trash, or begin to remove."""
    if not call.query["immediate"]:
        resources.delete(call, COLLECTIONS)
        return
    number = call.path[COLLECTIONS.id_parameter]
    with call.stack.store.writing() as db:
        resources.find(call, db, COLLECTIONS, number, trashed=True)
        _set_state(db, number, "deleting")
        gone = _delete_batch(db, number)
    _schedule_next(call.stack, number, gone, due=0.0)


def open_collection(call: Call) -> dict[str, Any]:
    """Take shards again."""
    with call.stack.store.writing() as db:
        row = find(call, db)
        if row["state"] not in {"open", "ready"}:
            raise _busy_problem(
                f"The collection {row['id']} is in state {row['state']}; only a ready one can be opened."
            )
        _set_state(db, row["id"], "open")
        return _show(find(call, db))


def close_collection(call: Call) -> dict[str, Any]:
    """Take no more shards, and begin to drop those that are not ready."""
    with call.stack.store.writing() as db:
        row = find(call, db)
        if row["state"] not in {"open", "processing", "ready"}:
            raise _busy_problem(
                f"The collection {row['id']} is in state {row['state']}; only an open one can be closed."
            )
        if row["state"] == "open":
            _set_state(db, row["id"], "processing")
        shown = _show(find(call, db))
    if row["state"] == "open":
        call.stack.work.submit(_continue_deletion, call.stack, row["id"], time.monotonic() + call.stack.processing)
    return shown


def _set_state(db: sqlite3.Connection, number: int, state: str) -> None:
    db.execute("UPDATE collections SET state = ? WHERE id = ?", (state, number))


def _continue_deletion(stack: Services, number: int, due: float) -> None:
    """One batch of what a collection waits for, not before its time. The rest queues up again, so that others get their turn."""
    wait = due - time.monotonic()
    if wait > 0:
        if stack.work.pause(min(wait, _BATCH_PAUSE)):
            stack.work.submit(_continue_deletion, stack, number, due)
        return
    with stack.store.writing() as db:
        gone = _delete_batch(db, number)
    _schedule_next(stack, number, gone, due)


class _CollectionGone(NamedTuple):
    """What a batch leaves behind: the names of contents that nobody needs any more, and whether there are more shards."""

    contents: list[str | None]
    more: bool


def _delete_batch(db: sqlite3.Connection, number: int) -> _CollectionGone:
    """Remove a batch of the shards that have to go, with the last one also what they went for."""
    row = db.execute("SELECT state FROM collections WHERE id = ?", (number,)).fetchone()
    if row is None or row["state"] not in _DELETING:
        return _CollectionGone([], more=False)
    query = f"SELECT id, blob FROM {_DELETING[row['state']]} LIMIT ?"  # noqa: S608 - a constant  # nosec B608
    going = db.execute(query, (number, _BATCH)).fetchall()
    contents = [*(shard["blob"] for shard in going), *list_contents(db, "shard", [shard["id"] for shard in going])]
    db.executemany("DELETE FROM shards WHERE id = ?", [(shard["id"],) for shard in going])
    if len(going) < _BATCH:
        if row["state"] == "deleting":
            resources.erase(db, COLLECTIONS, number)
        else:
            _set_state(db, number, "ready")
    return _CollectionGone(contents, more=len(going) == _BATCH)


def _schedule_next(stack: Services, number: int, gone: _CollectionGone, due: float) -> None:
    # Only now is it sure that nobody needs the contents. What a crash leaves here is swept away at the next start.
    stack.blobs.remove_all(gone.contents)
    if gone.more:
        stack.work.submit(_continue_deletion, stack, number, due)


def resume(stack: Services) -> None:
    """Go on with what the last server did not finish."""
    with stack.store.reading() as db:
        found = db.execute("SELECT id, state FROM collections WHERE state IN ('processing', 'deleting')").fetchall()
    for row in found:
        wait = stack.processing if row["state"] == "processing" else 0.0
        stack.work.submit(_continue_deletion, stack, row["id"], time.monotonic() + wait)


def create_collection(call: Call) -> dict[str, Any]:
    """A new collection from the body."""
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
