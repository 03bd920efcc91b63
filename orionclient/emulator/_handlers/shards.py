"""Handlers for shards, which are the units of content in a collection.

Creating, uploading, closing and deleting shards needs an open collection; reading and renaming is always possible.
The content of a closed shard is immutable. Closing a closed shard again has no effect and succeeds in every state of the collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import collections, contents, filters
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, bad_parameter, not_found
from orionclient.emulator._store.parts import list_blobs
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_STATES = ("open", "temporary", "ready")

BLOBS = "SELECT blob FROM shards WHERE blob IS NOT NULL"


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "collection", "name", "state", "size", "created", "sha256")
    return {
        **{name: row[name] for name in plain},
        "id_str": str(row["id"]),
        "metadata": _strictjson.loads(row["metadata"]),
    }


def _find_row(db: sqlite3.Connection, collection: int, shard_id: int) -> sqlite3.Row:
    query = "SELECT * FROM shards WHERE id = ? AND collection = ?"
    row: sqlite3.Row | None = db.execute(query, (shard_id, collection)).fetchone()
    if row is None:
        raise not_found(f"The shard {shard_id} of collection {collection} does not exist.")
    return row


def _find(call: Call, db: sqlite3.Connection, *, reading: bool = False) -> sqlite3.Row:
    """Return the shard in the path."""
    return _find_row(db, collections.find(call, db, reading=reading)["id"], call.path["shard_id"])


def _open_collection(call: Call, db: sqlite3.Connection, action: str) -> sqlite3.Row:
    """Return the collection in the path; 409 if it is not open."""
    row = collections.find(call, db)
    _check_open(row, action)
    return row


def _check_open(collection: sqlite3.Row, action: str) -> None:
    if collection["state"] != "open":
        detail = f"The collection {collection['id']} is {collection['state']}; only an open collection {action}."
        raise ProblemError(409, detail, "collection_not_open")


def list_shards(call: Call) -> dict[str, Any]:
    """Return a page of shards; every page costs the same, unless it is filtered by name."""
    query = call.query
    if "offset" in query and "cursor" in query:
        raise bad_parameter('Parameters "offset" and "cursor" are mutually exclusive.')
    chosen = [set(query[name]) for name in ("state", "states") if name in query]
    states = [state for state in _STATES if all(state in each for each in chosen)]
    listing = _build_query(states)
    listing.narrow("collection = ?", call.path["collection_id"])
    filters.narrow_by_name(listing, query)
    with call.stack.store.read_transaction() as db:
        collection = collections.find(call, db, reading=True)
        by_name = any(name.startswith("name") for name in query)
        count = None if by_name else sum(collection[f"{state}_shards"] for state in states)
        return build_page(call, db, listing, _show, count)


def _build_query(states: list[str]) -> ListQuery:
    """Return the listing of the shards in these states, with the index named, because SQLite would otherwise sort all rows."""
    if states == ["open", "temporary"]:
        listing = ListQuery("shards INDEXED BY shards_not_ready")
        listing.narrow("state <> 'ready'")
        return listing
    if len(states) < 2:
        listing = ListQuery("shards INDEXED BY shards_in_state")
        listing.narrow("state = ?", *(states or [""]))
        return listing
    listing = ListQuery("shards INDEXED BY shards_of_collection")
    if len(states) < len(_STATES):
        listing.narrow("state IN (?, ?)", *states)
    return listing


def create_shard(call: Call) -> dict[str, Any]:
    """Create a shard from the body."""
    values = {"name": call.body.get("name", ""), "metadata": "{}", **collections.check_metadata(call)}
    with call.stack.store.write_transaction() as db:
        collection = _open_collection(call, db, "accepts shards")
        query = "UPDATE shard_ids SET last = last + step WHERE version = ? RETURNING last"
        ((shard_id,),) = db.execute(query, (collection["version"],)).fetchall()
        db.execute(
            "INSERT INTO shards (id, collection, name, metadata, created) VALUES (?, ?, ?, ?, ?)",
            (shard_id, collection["id"], values["name"], values["metadata"], now(db)),
        )
        return _show(_find_row(db, collection["id"], shard_id))


def get_shard(call: Call) -> dict[str, Any]:
    """Return the shard in the path."""
    with call.stack.store.read_transaction() as db:
        return _show(_find(call, db, reading=True))


def update_shard(call: Call) -> dict[str, Any]:
    """Set the fields in the body."""
    values = {**call.body, **collections.check_metadata(call)}
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        for column in ("name", "metadata"):
            if column in values:
                db.execute(f"UPDATE shards SET {column} = ? WHERE id = ?", (values[column], row["id"]))  # noqa: S608 - constants  # nosec B608
        return _show(_find(call, db))


def delete_shard(call: Call) -> None:
    """Remove a shard permanently."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        _open_collection(call, db, "allows its shards to be deleted")
        contents = [row["blob"], *list_blobs(db, "shard", [row["id"]])]
        db.execute("DELETE FROM shards WHERE id = ?", (row["id"],))
    call.stack.blobs.remove_all(contents)


def _find_writable(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    collection = collections.find(call, db)
    return require_writable(db, collection, call.path["shard_id"])


def require_writable(db: sqlite3.Connection, collection: sqlite3.Row, shard_id: int) -> sqlite3.Row:
    """Return a shard that accepts content; 409 if it or its collection is closed."""
    row = _find_row(db, collection["id"], shard_id)
    _check_open(collection, "accepts content for its shards")
    if row["state"] == "ready":
        raise ProblemError(409, f"The shard {row['id']} is ready; its content is immutable.", "shard_ready")
    return row


def set_content(db: sqlite3.Connection, shard_id: int, size: int, sha256: str, blob: str) -> None:
    """Set the content of a shard."""
    query = "UPDATE shards SET state = 'temporary', size = ?, sha256 = ?, blob = ? WHERE id = ?"
    db.execute(query, (size, sha256, blob, shard_id))


def _check_target(call: Call) -> None:
    with call.stack.store.read_transaction() as db:
        _find_writable(call, db)


def _find_readable(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    return _find(call, db, reading=True)


def close_shard(call: Call) -> dict[str, Any]:
    """Close a shard: its content is complete."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        if row["state"] == "ready":
            return _show(row)
        _open_collection(call, db, "allows its shards to be closed")
        if row["state"] == "open":
            raise ProblemError(409, f"The shard {row['id']} has no content yet; upload it first.", "shard_empty")
        db.execute("UPDATE shards SET state = 'ready' WHERE id = ?", (row["id"],))
        return _show(_find(call, db))


HANDLERS = {
    "list_shards": Handler(list_shards),
    "create_shard": Handler(create_shard),
    "get_shard": Handler(get_shard),
    "update_shard": Handler(update_shard),
    "delete_shard": Handler(delete_shard),
    "upload_shard_content": Handler(
        lambda call: contents.replace(call, _find_writable, set_content, _show), _check_target
    ),
    "download_shard": Handler(lambda call: contents.download(call, _find_readable, "shard")),
    "close_shard": Handler(close_shard),
}
