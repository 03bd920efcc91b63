"""Folders: made with all above them, filled, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator import folders, resources
from orionclient.emulator.call import Call, Handler
from orionclient.emulator.handlers.datasets import DATASETS
from orionclient.emulator.handlers.files import FILES
from orionclient.emulator.paging import Listing, page

if TYPE_CHECKING:
    import sqlite3

IN_FOLDERS = {
    kind.name: kind
    for kind in (
        FILES,
        DATASETS,
    )
}


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("path", "project", "owner", "created")}


def list_folders(call: Call) -> dict[str, Any]:
    """The folders of one project or of all of the caller's."""
    listing = Listing("folders", key=("project", "path"), key_types=(int, str))
    with call.stack.store.reading() as db:
        resources.narrow_to_projects(call, db, listing)
        return page(call, db, listing, _show)


def create_paths(call: Call) -> None:
    """Make what is missing."""
    with call.stack.store.writing() as db:
        project = resources.project_of_body(call, db)
        for path in call.body["paths"]:
            folders.make(db, project, path, call.caller.id)


def assign_paths(call: Call) -> None:
    """Move every resource, or none."""
    with call.stack.store.writing() as db:
        for item in call.body["assignments"]:
            kind = IN_FOLDERS[item["resource_type"]]
            row = resources.find(call, db, kind, item["id"])
            path = folders.make(db, row["project"], item["path"], call.caller.id)
            db.execute(
                f"UPDATE {kind.table} SET path = ?, name = ? WHERE id = ?",  # noqa: S608 - the table is a constant
                (path, item.get("name", row["name"]), row["id"]),
            )


HANDLERS = {
    "list_folders": Handler(list_folders),
    "create_paths": Handler(create_paths),
    "assign_paths": Handler(assign_paths),
}
