"""Handlers for files; the content is uploaded after the file is created, and can be replaced."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import contents, resources
from orionclient.emulator._http.call import Call, Handler, ResourceKind
from orionclient.emulator._store.access import locate_row
from orionclient.emulator._store.parts import list_blobs

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

BLOBS = "SELECT blob FROM files WHERE blob IS NOT NULL"

_FIELDS = ("id", "name", "state", "size", "created", "owner", "project", "description", "sha256", "path", "deleted")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {**{name: row[name] for name in _FIELDS}, "location": locate_row(row)}


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:
    return partial(call.stack.blobs.remove_all, [row["blob"], *list_blobs(db, "file", [row["id"]])])


KIND = FILES = ResourceKind(
    "file", "files", "file_id", _show, _purge, taggable=True, sharable=True, in_folders=True, trash=True
)


def _check_target(call: Call) -> None:
    with call.stack.store.read_transaction() as db:
        _find(call, db)


def set_content(db: sqlite3.Connection, file_id: int, size: int, sha256: str, blob: str) -> None:
    """Set the content of a file."""
    query = "UPDATE files SET state = 'ready', size = ?, sha256 = ?, blob = ? WHERE id = ?"
    db.execute(query, (size, sha256, blob, file_id))


def _find(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    return resources.find_named(call, db, FILES)


def _find_readable(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    return resources.find_named(call, db, FILES, reading=True)


HANDLERS = {
    "list_files": Handler(lambda call: resources.list_kind(call, FILES, state=call.query.get("state"))),
    "create_file": Handler(lambda call: resources.create(call, FILES)),
    "get_file": Handler(lambda call: resources.get(call, FILES)),
    "update_file": Handler(lambda call: resources.update(call, FILES)),
    "delete_file": Handler(lambda call: resources.delete(call, FILES)),
    "upload_file_content": Handler(lambda call: contents.replace(call, _find, set_content, _show), _check_target),
    "download_file": Handler(lambda call: contents.download(call, _find_readable, "file")),
}
