"""Shards: chunks of content in a collection, each filled and closed by itself.

Only an open collection takes shards, content for them, closes them and lets them go; reading and renaming is always possible.
What is closed does not change any more. Sending the closing of a shard again is no change, so it gets a response in every state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator import ranges, strictjson
from orionclient.emulator.call import Call, Download, Handler, Redirect
from orionclient.emulator.handlers import collections
from orionclient.emulator.paging import ListQuery, build_page
from orionclient.emulator.parts import list_contents
from orionclient.emulator.problems import ProblemError, bad_parameter, conflict, not_found
from orionclient.emulator.store import now

if TYPE_CHECKING:
    import sqlite3

_STATES = ("open", "temporary", "ready")


def _count_shards(name: str, event: str, *changes: tuple[str, str]) -> str:
    """A trigger that keeps the numbers of shards of the collections."""
    updates = []
    for sign, row in changes:
        sums = ", ".join(f"{state}_shards = {state}_shards {sign} ({row}.state = '{state}')" for state in _STATES)
        updates.append(f"UPDATE collections SET {sums} WHERE id = {row}.collection;")  # noqa: S608 - constants  # nosec B608
    # On one line, for that is where the store ends a statement.
    return f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON shards BEGIN {' '.join(updates)} END;"


# Ids are counted here, for neither of the two rows of numbers is that of SQLite, and none is ever given again. Those of version 2
# are odd and above 2^53: whoever reads them as a double gets another number every time.
TABLES = f"""
CREATE TABLE IF NOT EXISTS shard_ids (version INTEGER PRIMARY KEY, last INTEGER NOT NULL, step INTEGER NOT NULL) STRICT;
INSERT INTO shard_ids (version, last, step) VALUES (1, 0, 1), (2, {2**53 - 1}, 2) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS shards (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    created TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    blob TEXT,
    metadata TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS shards_of_collection ON shards (collection, id);
CREATE INDEX IF NOT EXISTS shards_in_state ON shards (collection, state, id);
CREATE INDEX IF NOT EXISTS shards_not_ready ON shards (collection, id) WHERE state <> 'ready';
{_count_shards("shards_come", "INSERT", ("+", "NEW"))}
{_count_shards("shards_go", "DELETE", ("-", "OLD"))}
{_count_shards("shards_change", "UPDATE OF state", ("-", "OLD"), ("+", "NEW"))}
"""  # noqa: S608 - constants  # nosec B608
BLOBS = "SELECT blob FROM shards WHERE blob IS NOT NULL"


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "collection", "name", "state", "size", "created", "sha256")
    return {
        **{name: row[name] for name in plain},
        "id_str": str(row["id"]),
        "metadata": strictjson.loads(row["metadata"]),
    }


def _find_row(db: sqlite3.Connection, collection: int, number: int) -> sqlite3.Row:
    query = "SELECT * FROM shards WHERE id = ? AND collection = ?"
    row: sqlite3.Row | None = db.execute(query, (number, collection)).fetchone()
    if row is None:
        raise not_found(f"There is no shard {number} in collection {collection}.")
    return row


def _find(call: Call, db: sqlite3.Connection, *, reading: bool = False) -> sqlite3.Row:
    """The shard that the path names."""
    return _find_row(db, collections.find(call, db, reading=reading)["id"], call.path["shard_id"])


def _open_collection(call: Call, db: sqlite3.Connection, action: str) -> sqlite3.Row:
    """The collection that the path names, or 409 where it is not open."""
    row = collections.find(call, db)
    _check_open(row, action)
    return row


def _check_open(collection: sqlite3.Row, action: str) -> None:
    if collection["state"] != "open":
        detail = f"The collection {collection['id']} is {collection['state']}; only an open one {action}."
        raise ProblemError(409, detail, "collection_not_open")


def list_shards(call: Call) -> dict[str, Any]:
    """A page of shards; every page costs the same, unless it must look at names."""
    query = call.query
    if "offset" in query and "cursor" in query:
        raise bad_parameter('Parameter "offset" counts from the start; it does not go with "cursor".')
    states = [state for state in _STATES if state in query.get("state", _STATES)]
    listing = _build_query(states)
    listing.narrow("collection = ?", call.path["collection_id"])
    if "name" in query:
        listing.narrow("instr(lower(name), lower(?)) > 0", query["name"])
    with call.stack.store.reading() as db:
        collection = collections.find(call, db, reading=True)
        count = None if "name" in query else sum(collection[f"{state}_shards"] for state in states)
        return build_page(call, db, listing, _show, count)


def _build_query(states: list[str]) -> ListQuery:
    """The shards in these states. The index is named, for where it could walk along one, SQLite gathers and sorts."""
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
    """A new shard from the body."""
    values = {"name": call.body.get("name", ""), "metadata": "{}", **collections.check_metadata(call)}
    with call.stack.store.writing() as db:
        collection = _open_collection(call, db, "takes shards")
        query = "UPDATE shard_ids SET last = last + step WHERE version = ? RETURNING last"
        ((number,),) = db.execute(query, (collection["version"],)).fetchall()
        db.execute(
            "INSERT INTO shards (id, collection, name, metadata, created) VALUES (?, ?, ?, ?, ?)",
            (number, collection["id"], values["name"], values["metadata"], now()),
        )
        return _show(_find_row(db, collection["id"], number))


def get_shard(call: Call) -> dict[str, Any]:
    """The shard that the path names."""
    with call.stack.store.reading() as db:
        return _show(_find(call, db, reading=True))


def update_shard(call: Call) -> dict[str, Any]:
    """Set the fields that the body names."""
    values = {**call.body, **collections.check_metadata(call)}
    with call.stack.store.writing() as db:
        row = _find(call, db)
        for column in ("name", "metadata"):
            if column in values:
                db.execute(f"UPDATE shards SET {column} = ? WHERE id = ?", (values[column], row["id"]))  # noqa: S608 - constants  # nosec B608
        return _show(_find(call, db))


def delete_shard(call: Call) -> None:
    """Remove it for good."""
    with call.stack.store.writing() as db:
        row = _find(call, db)
        _open_collection(call, db, "lets its shards be deleted")
        contents = [row["blob"], *list_contents(db, "shard", [row["id"]])]
        db.execute("DELETE FROM shards WHERE id = ?", (row["id"],))
    call.stack.blobs.remove_all(contents)


def _is_writable(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    collection = collections.find(call, db)
    return require_writable(db, collection, call.path["shard_id"])


def require_writable(db: sqlite3.Connection, collection: sqlite3.Row, number: int) -> sqlite3.Row:
    """A shard of a collection that takes content, or 409."""
    row = _find_row(db, collection["id"], number)
    _check_open(collection, "takes content for its shards")
    if row["state"] == "ready":
        raise ProblemError(409, f"The shard {row['id']} is ready; its content does not change any more.", "shard_ready")
    return row


def set_content(db: sqlite3.Connection, number: int, size: int, sha256: str, blob: str) -> None:
    """Give a shard its content."""
    query = "UPDATE shards SET state = 'temporary', size = ?, sha256 = ?, blob = ? WHERE id = ?"
    db.execute(query, (size, sha256, blob, number))


def _check_target(call: Call) -> None:
    with call.stack.store.reading() as db:
        _is_writable(call, db)


def upload_shard_content(call: Call) -> dict[str, Any]:
    """Make the uploaded bytes the content; the old content stays until the new one is surely there."""
    content, blobs = call.content, call.stack.blobs
    name = blobs.keep(content)
    try:
        with call.stack.store.writing() as db:
            row = _is_writable(call, db)
            set_content(db, row["id"], content.size, content.digest.hex(), name)
            shown = _show(_find(call, db))
    except BaseException:
        blobs.remove(name)
        raise
    blobs.remove(row["blob"])
    return shown


def download_shard(call: Call) -> Download | Redirect:
    """The bytes as they were uploaded, or the address where they lie."""
    if call.stack.storage is not None:
        return Redirect(call.stack.storage.of_content(_attach_content(call)))
    row, content = call.stack.blobs.open_current(lambda: _attach_content(call))
    return ranges.build_range_response(content, bytes.fromhex(row["sha256"]), row["size"], call.headers)


def _attach_content(call: Call) -> sqlite3.Row:
    with call.stack.store.reading() as db:
        row = _find(call, db, reading=True)
    if row["blob"] is None:
        raise conflict(f"The shard {row['id']} has no content yet.")
    return row


def close_shard(call: Call) -> dict[str, Any]:
    """The content is complete."""
    with call.stack.store.writing() as db:
        row = _find(call, db)
        if row["state"] == "ready":
            return _show(row)
        _open_collection(call, db, "lets its shards be closed")
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
    "upload_shard_content": Handler(upload_shard_content, _check_target),
    "download_shard": Handler(download_shard),
    "close_shard": Handler(close_shard),
}
