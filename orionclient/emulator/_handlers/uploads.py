"""Handlers for multipart uploads of files and shards; completing an upload atomically makes its parts the content.

The rules are assumptions:

- Any user who can update the file or shard has full access to its uploads; other users have none.
- A soft-deleted resource has no uploads, and purging a resource deletes its uploads.
- A complete upload is stored, so that retrying the completion succeeds; deleting it does not affect the content.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import collections, files, resources, shards
from orionclient.emulator._handlers.collections import COLLECTIONS
from orionclient.emulator._handlers.files import FILES
from orionclient.emulator._http.call import Call, Handler, Services
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, conflict, too_large, unprocessable
from orionclient.emulator._store import access
from orionclient.emulator._store.parts import build_complete_problem, compute_range, count_parts, list_upload_blobs
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

    from orionclient.emulator._store.parts import StoredPart

MAX_PARTS = 10_000
# How often a completion is attempted while parts are still being received.
_MAX_ATTEMPTS = 10

BLOBS = "SELECT blob FROM uploads WHERE blob IS NOT NULL UNION ALL SELECT pending FROM parts WHERE pending IS NOT NULL"

_UPLOADS = (
    "(SELECT uploads.*, CASE WHEN file IS NULL THEN 'shard' ELSE 'file' END AS resource_type,"
    " coalesce(file, shard) AS resource_id,"
    " (SELECT coalesce(sum(parts.size), 0) FROM parts WHERE parts.upload = uploads.id) AS received FROM uploads)"
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


def _find_row(db: sqlite3.Connection, upload_id: int) -> sqlite3.Row:
    return resources.find_row(db, "upload", _UPLOADS, upload_id)


def _find(call: Call, db: sqlite3.Connection, *, reading: bool = False, writable: bool = False) -> sqlite3.Row:
    """Return the upload in the path; `writable` requires that its target accepts content now."""
    row = _find_row(db, call.path["upload_id"])
    _check_target(call, db, row["collection"], row["resource_id"], reading=reading, writable=writable)
    return row


def _check_target(
    call: Call,
    db: sqlite3.Connection,
    collection: int | None,
    target_id: int,
    *,
    reading: bool = False,
    writable: bool = False,
) -> sqlite3.Row | None:
    """Check that the caller can update the file or, if a collection is given, the shard; returns the shard for `writable`."""
    if collection is None:
        return resources.find(call, db, FILES, target_id, archived=reading)
    parent = resources.find(call, db, COLLECTIONS, collection, archived=reading)
    collections.reject_if_deleting(parent)
    return shards.require_writable(db, parent, target_id) if writable else None


def find_part_upload(db: sqlite3.Connection, upload_id: int) -> sqlite3.Row:
    """Return an open upload, without a permission check.

    Raises:
        ProblemError: 404 if the upload does not exist, 409 if it is complete.
    """
    row = _find_row(db, upload_id)
    if row["state"] != "open":
        raise build_complete_problem(upload_id)
    return row


def create_upload(call: Call) -> dict[str, Any]:
    """Create an upload from the body, with an empty file of the size of the content."""
    body, stack = call.body, call.stack
    collection = body.get("collection")
    if (body["resource_type"] == "shard") != (collection is not None):
        raise unprocessable("The field collection is required for a shard and not allowed for a file.")
    if body["size"] > stack.limits.upload:
        raise too_large(stack.limits.upload)
    count = count_parts(body["size"], body["part_size"])
    if count > MAX_PARTS:
        detail = f"The upload would have {count} parts; the maximum is {MAX_PARTS}, so use larger parts."
        raise ProblemError(422, detail, "too_many_parts")
    with stack.store.read_transaction() as db:
        _check_target(call, db, collection, body["resource_id"], writable=True)
    # Outside the transaction, which blocks other writers. Unreferenced blobs are removed at the next start.
    blob = stack.blobs.allocate(body["size"])
    try:
        with stack.store.write_transaction() as db:
            _check_target(call, db, collection, body["resource_id"], writable=True)
            cursor = db.execute(
                f"INSERT INTO uploads ({body['resource_type']}, collection, size, part_size, blob, owner, created)"  # noqa: S608 - constants  # nosec B608
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (body["resource_id"], collection, body["size"], body["part_size"], blob, call.caller.id, now(db)),
            )
            return _show(call, _find_row(db, cursor.lastrowid or 0))
    except BaseException:
        stack.blobs.remove(blob)
        raise


def list_uploads(call: Call) -> dict[str, Any]:
    """Return a page of the uploads to resources that the caller can update."""
    listing = ListQuery(_UPLOADS, columns={"type": "resource_type"})
    changeable, values = access.changeable_rows(call.caller.id)
    own = f"deleted = '' AND {changeable}"
    listing.narrow(
        f"(file IN (SELECT id FROM files WHERE {own})"  # noqa: S608 - constants  # nosec B608
        f" OR collection IN (SELECT id FROM collections WHERE {own}))",
        *values,
        *values,
    )
    for name in ("resource_type", "resource_id", "state"):
        if name in call.query:
            listing.narrow(f"{name} = ?", call.query[name])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, lambda row: _show(call, row))


def get_upload(call: Call) -> dict[str, Any]:
    """Return the upload in the path."""
    with call.stack.store.read_transaction() as db:
        return _show(call, _find(call, db, reading=True))


def list_parts(call: Call) -> dict[str, Any]:
    """Return a page of the stored parts."""
    listing = ListQuery("parts", key=("number",))
    listing.narrow("upload = ?", call.path["upload_id"])
    with call.stack.store.read_transaction() as db:
        _find(call, db, reading=True)
        return build_page(call, db, listing, _show_part)


def delete_upload(call: Call) -> None:
    """Delete an upload and its parts."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        contents = list_upload_blobs(db, row)
        db.execute("DELETE FROM uploads WHERE id = ?", (row["id"],))
    call.stack.blobs.remove_all(contents)


def _receive(call: Call) -> StoredPart:
    with call.stack.store.read_transaction() as db:
        part_range = compute_range(_find(call, db, writable=True), call.path["number"])
    return call.stack.parts.receive(part_range)


def _check_part(call: Call, db: sqlite3.Connection) -> None:
    _find(call, db, writable=True)
    find_part_upload(db, call.path["upload_id"])


def upload_part(call: Call) -> dict[str, Any]:
    """Store the received part."""
    return call.part.commit(lambda db: _check_part(call, db))


def obtain_upload_targets(call: Call) -> dict[str, Any]:
    """Return presigned URLs for parts."""
    storage = call.stack.storage
    with call.stack.store.read_transaction() as db:
        row = _find(call, db, writable=True)
        if storage is None:
            raise ProblemError(409, "This stack has no presigned URLs; send the parts to upload_part.", "not_presigned")
        ranges = [compute_range(row, number) for number in call.body["numbers"]]
    signed = [(part_range.number, *storage.sign_part(part_range.upload, part_range.number)) for part_range in ranges]
    return {"targets": [{"number": number, "url": url, "expires": expires} for number, url, expires in signed]}


def complete_upload(call: Call) -> dict[str, Any]:
    """Make the parts the content. They are already in one file, so only its digest has to be computed."""
    stack = call.stack
    with stack.store.read_transaction() as db:
        row = _find(call, db)
        if row["state"] == "open":
            _find(call, db, writable=True)
        _check_complete(call, db, row)
    if row["state"] == "complete":
        return _show(call, row)
    stack.parts.settle(row["id"])
    try:
        sha256 = stack.blobs.digest(row["blob"]).hex()
    except FileNotFoundError:
        # Another request deleted the upload, or completed it and then replaced the content.
        return get_upload(call)
    for _ in range(_MAX_ATTEMPTS):
        done = _make_content(call, sha256)
        if done is not None:
            return done
        # A late client sent the same parts again: the digest is still right, but the parts have to be copied to their ranges.
        stack.parts.settle(row["id"])
    raise conflict(f"Parts of the upload {row['id']} are still being received; retry the completion.")


def _make_content(call: Call, sha256: str) -> dict[str, Any] | None:
    """Atomically make the parts the content; returns None if some parts are pending."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        _check_complete(call, db, row)
        if row["state"] == "complete":
            return _show(call, row)
        target = _check_target(call, db, row["collection"], row["resource_id"], writable=True)
        if db.execute("SELECT 1 FROM parts WHERE upload = ? AND pending IS NOT NULL", (row["id"],)).fetchone():
            return None
        set_content = files.set_content if row["collection"] is None else shards.set_content
        set_content(db, row["resource_id"], row["size"], sha256, row["blob"])
        db.execute("UPDATE uploads SET state = 'complete', blob = NULL WHERE id = ?", (row["id"],))
        shown = _show(call, _find_row(db, row["id"]))
    call.stack.blobs.remove(target["blob"] if target is not None else None)
    return shown


def _check_complete(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Check that the upload matches the size and digest in the body."""
    if call.body["size"] != row["size"]:
        raise ProblemError(
            422,
            f"The upload {row['id']} has {row['size']} bytes, not {call.body['size']}.",
            "size_mismatch",
        )
    query = "SELECT sha256 FROM parts WHERE upload = ? ORDER BY number"
    digests = [part["sha256"] for part in db.execute(query, (row["id"],))]
    missing = count_parts(row["size"], row["part_size"]) - len(digests)
    if missing:
        raise ProblemError(409, f"{missing} parts of the upload {row['id']} are missing.", "parts_missing")
    if hashlib.sha256(bytes.fromhex("".join(digests))).hexdigest() != call.body["digest"]:
        raise ProblemError(422, "The digest does not match the stored parts.", "digest_mismatch")


def resume(stack: Services) -> None:
    """Copy the parts that were pending when the last server stopped."""
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
