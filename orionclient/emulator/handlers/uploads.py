"""Uploads: the content of a file or a shard in parts, which are written where they belong and become the content at one stroke.

The rules are assumptions:

- Whoever may change the file or the shard may do everything with its uploads, whoever began them; nobody else sees them.
- What lies in the trash has no uploads, and what is deleted takes its uploads along.
- An upload that is complete stays, to response a completion that is sent again; deleting it does not touch the content.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from orionclient.emulator import resources
from orionclient.emulator.call import Call, Handler, Services
from orionclient.emulator.handlers import collections, files, shards
from orionclient.emulator.handlers.collections import COLLECTIONS
from orionclient.emulator.handlers.files import FILES
from orionclient.emulator.paging import ListQuery, build_page
from orionclient.emulator.parts import compute_range, count_parts, is_complete, list_upload_contents
from orionclient.emulator.problems import ProblemError, conflict, not_found, too_large, unprocessable
from orionclient.emulator.store import now

if TYPE_CHECKING:
    import sqlite3

    from orionclient.emulator.parts import StoredPart

MAX_PARTS = 10_000
# So often a completion waits for parts that come in meanwhile.
_MAX_ATTEMPTS = 10

# Rows go with what they belong to; the files that they name are removed by whoever deletes that, see `parts.contents_of`.
TABLES = """
CREATE TABLE IF NOT EXISTS uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file INTEGER REFERENCES files (id) ON DELETE CASCADE,
    shard INTEGER REFERENCES shards (id) ON DELETE CASCADE,
    collection INTEGER,
    size INTEGER NOT NULL,
    part_size INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    blob TEXT,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_of_file ON uploads (file) WHERE file IS NOT NULL;
CREATE INDEX IF NOT EXISTS uploads_of_shard ON uploads (shard) WHERE shard IS NOT NULL;

CREATE TABLE IF NOT EXISTS parts (
    upload INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    pending TEXT,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS parts_pending ON parts (upload, number) WHERE pending IS NOT NULL;
"""
BLOBS = "SELECT blob FROM uploads WHERE blob IS NOT NULL UNION ALL SELECT pending FROM parts WHERE pending IS NOT NULL"

_UPLOADS = (
    "(SELECT uploads.*, CASE WHEN file IS NULL THEN 'shard' ELSE 'file' END AS resource_type,"
    " coalesce(file, shard) AS resource_id,"
    " (SELECT coalesce(sum(parts.size), 0) FROM parts WHERE parts.upload = uploads.id) AS received FROM uploads)"
)
_OWN = "deleted = '' AND project IN (SELECT project FROM members WHERE user = ?)"
_VISIBLE = (
    f"(file IN (SELECT id FROM files WHERE {_OWN})"  # noqa: S608 - constants  # nosec B608
    f" OR collection IN (SELECT id FROM collections WHERE {_OWN}))"
)


def _show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    plain = (
        "id",
        "resource_type",
        "resource_id",
        "collection",
        "size",
        "part_size",
        "state",
        "received",
        "created",
        "owner",
    )
    return {**{name: row[name] for name in plain}, "presigned": call.stack.storage is not None}


def _show_part(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("number", "size", "sha256")}


def _find_row(db: sqlite3.Connection, number: int) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(f"SELECT * FROM {_UPLOADS} WHERE id = ?", (number,)).fetchone()  # noqa: S608 - constants  # nosec B608
    if row is None:
        raise not_found(f"There is no upload {number}.")
    return row


def _find(call: Call, db: sqlite3.Connection, *, reading: bool = False, filling: bool = False) -> sqlite3.Row:
    """The upload that the path names; `filling` where what it goes to must take content now."""
    row = _find_row(db, call.path["upload_id"])
    _check_target(call, db, row["collection"], row["resource_id"], reading=reading, filling=filling)
    return row


def _check_target(
    call: Call,
    db: sqlite3.Connection,
    collection: int | None,
    number: int,
    *,
    reading: bool = False,
    filling: bool = False,
) -> sqlite3.Row | None:
    """Reject who may not change the file or, where a collection is named, the shard; gives what has to take content."""
    if collection is None:
        return resources.find(call, db, FILES, number, archived=reading)
    parent = resources.find(call, db, COLLECTIONS, collection, archived=reading)
    collections.reject_if_deleting(parent)
    return shards.require_writable(db, parent, number) if filling else None


def find_part_upload(db: sqlite3.Connection, number: int) -> sqlite3.Row:
    """An upload that takes parts still, for who needs no permission any more.

    Raises:
        ProblemError: 404 where it is gone, 409 where it is complete.
    """
    row = _find_row(db, number)
    if row["state"] != "open":
        raise is_complete(number)
    return row


def create_upload(call: Call) -> dict[str, Any]:
    """A new upload from the body, with an empty file as large as the content."""
    body, stack = call.body, call.stack
    collection = body.get("collection")
    if (body["resource_type"] == "shard") != (collection is not None):
        raise unprocessable("The collection is named for a shard, and only for one.")
    if body["size"] > stack.limits.upload:
        raise too_large(stack.limits.upload)
    count = count_parts(body["size"], body["part_size"])
    if count > MAX_PARTS:
        detail = f"These are {count} parts; {MAX_PARTS} are accepted, so take larger ones."
        raise ProblemError(422, detail, "too_many_parts")
    with stack.store.reading() as db:
        _check_target(call, db, collection, body["resource_id"], filling=True)
    # Before the transaction, for others wait for that one. What nobody names goes at the next start.
    blob = stack.blobs.make(body["size"])
    try:
        with stack.store.writing() as db:
            _check_target(call, db, collection, body["resource_id"], filling=True)
            cursor = db.execute(
                f"INSERT INTO uploads ({body['resource_type']}, collection, size, part_size, blob, owner, created)"  # noqa: S608 - constants  # nosec B608
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (body["resource_id"], collection, body["size"], body["part_size"], blob, call.caller.id, now()),
            )
            return _show(call, _find_row(db, cursor.lastrowid or 0))
    except BaseException:
        stack.blobs.remove(blob)
        raise


def list_uploads(call: Call) -> dict[str, Any]:
    """A page of the uploads to what the caller may change."""
    listing = ListQuery(_UPLOADS)
    listing.narrow(_VISIBLE, call.caller.id, call.caller.id)
    for name in ("resource_type", "resource_id", "state"):
        if name in call.query:
            listing.narrow(f"{name} = ?", call.query[name])
    with call.stack.store.reading() as db:
        return build_page(call, db, listing, lambda row: _show(call, row))


def get_upload(call: Call) -> dict[str, Any]:
    """The upload that the path names."""
    with call.stack.store.reading() as db:
        return _show(call, _find(call, db, reading=True))


def list_parts(call: Call) -> dict[str, Any]:
    """A page of the parts that are there."""
    listing = ListQuery("parts", key=("number",))
    listing.narrow("upload = ?", call.path["upload_id"])
    with call.stack.store.reading() as db:
        _find(call, db, reading=True)
        return build_page(call, db, listing, _show_part)


def delete_upload(call: Call) -> None:
    """Remove it with its parts."""
    with call.stack.store.writing() as db:
        row = _find(call, db)
        contents = list_upload_contents(db, row)
        db.execute("DELETE FROM uploads WHERE id = ?", (row["id"],))
    call.stack.blobs.remove_all(contents)


def _receive(call: Call) -> StoredPart:
    with call.stack.store.reading() as db:
        place = compute_range(_find(call, db, filling=True), call.path["number"])
    return call.stack.parts.receive(place)


def _check_part(call: Call, db: sqlite3.Connection) -> None:
    _find(call, db, filling=True)
    find_part_upload(db, call.path["upload_id"])


def upload_part(call: Call) -> dict[str, Any]:
    """Keep the part that arrived."""
    return call.part.keep(lambda db: _check_part(call, db))


def obtain_upload_targets(call: Call) -> dict[str, Any]:
    """Presigned addresses for parts."""
    storage = call.stack.storage
    with call.stack.store.reading() as db:
        row = _find(call, db, filling=True)
        if storage is None:
            raise ProblemError(409, "This stack takes parts itself; send them to upload_part.", "not_presigned")
        places = [compute_range(row, number) for number in call.body["numbers"]]
    signed = [(place.number, *storage.of_part(place.upload, place.number)) for place in places]
    return {"targets": [{"number": number, "url": url, "expires": expires} for number, url, expires in signed]}


def complete_upload(call: Call) -> dict[str, Any]:
    """Make the parts the content. They are where they belong, so only their digest has to be found, and their file to be renamed."""
    stack = call.stack
    with stack.store.reading() as db:
        row = _find(call, db)
        if row["state"] == "open":
            _find(call, db, filling=True)
        _check_complete(call, db, row)
    if row["state"] == "complete":
        return _show(call, row)
    stack.parts.settle(row["id"])
    try:
        sha256 = stack.blobs.digest(row["blob"]).hex()
    except FileNotFoundError:
        # Somebody deleted it meanwhile, or has completed it and then replaced the content.
        return get_upload(call)
    for _ in range(_MAX_ATTEMPTS):
        done = _make_content(call, sha256)
        if done is not None:
            return done
        # The same parts came once more, from who is late: the digest stands, but they must be where they belong.
        stack.parts.settle(row["id"])
    raise conflict(f"Parts of the upload {row['id']} come in all the time; try again.")


def _make_content(call: Call, sha256: str) -> dict[str, Any] | None:
    """Put the parts together at one stroke; None where some lie beside their places."""
    with call.stack.store.writing() as db:
        row = _find(call, db)
        _check_complete(call, db, row)
        if row["state"] == "complete":
            return _show(call, row)
        target = _check_target(call, db, row["collection"], row["resource_id"], filling=True)
        if db.execute("SELECT 1 FROM parts WHERE upload = ? AND pending IS NOT NULL", (row["id"],)).fetchone():
            return None
        space = files if row["collection"] is None else shards
        space.fill(db, row["resource_id"], row["size"], sha256, row["blob"])
        db.execute("UPDATE uploads SET state = 'complete', blob = NULL WHERE id = ?", (row["id"],))
        shown = _show(call, _find_row(db, row["id"]))
    call.stack.blobs.remove(target["blob"] if target is not None else None)
    return shown


def _check_complete(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Reject to complete what is not what the body says; nothing is changed by that."""
    if call.body["size"] != row["size"]:
        raise ProblemError(
            422, f"The upload {row['id']} has {row['size']} bytes, not {call.body['size']}.", "size_mismatch"
        )
    query = "SELECT sha256 FROM parts WHERE upload = ? ORDER BY number"
    digests = [part["sha256"] for part in db.execute(query, (row["id"],))]
    missing = count_parts(row["size"], row["part_size"]) - len(digests)
    if missing:
        raise ProblemError(409, f"{missing} parts of the upload {row['id']} are missing.", "parts_missing")
    if hashlib.sha256(bytes.fromhex("".join(digests))).hexdigest() != call.body["digest"]:
        raise ProblemError(422, "The digest is not that of the parts that are there.", "digest_mismatch")


def resume(stack: Services) -> None:
    """Bring parts to their places that a crash left beside."""
    stack.parts.settle()


HANDLERS = {
    "list_uploads": Handler(list_uploads),
    "create_upload": Handler(create_upload),
    "get_upload": Handler(get_upload),
    "delete_upload": Handler(delete_upload),
    "list_parts": Handler(list_parts),
    "upload_part": Handler(upload_part, receive=_receive),
    "obtain_upload_targets": Handler(obtain_upload_targets),
    "complete_upload": Handler(complete_upload),
}
