"""Handlers for folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters, resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import bad_body
from orionclient.emulator._store import access, folders

if TYPE_CHECKING:
    import sqlite3


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = {name: row[name] for name in ("path", "project", "owner", "created")}
    return {**plain, "location": access.locate_row(row)}


def list_folders(call: Call) -> dict[str, Any]:
    """List the folders of one project or of all projects of the caller."""
    listing = ListQuery("folders", key=("project", "path", "root"), key_types=(int, str, str))
    with call.stack.store.read_transaction() as db:
        resources.narrow_to_projects(call, db, listing)
        filters.narrow_by_path(listing, call.query)
        if "owner" in call.query:
            listing.narrow("owner = ?", call.query["owner"])
        return build_page(call, db, listing, _show)


def create_paths(call: Call) -> None:
    """Create the folders in the body: with their parents, if missing, or only those whose parents exist."""
    paths = call.body["paths"]
    create = folders.create_folder if call.body.get("parents", True) else folders.create_only
    with call.stack.store.write_transaction() as db:
        project = None
        if "project" in call.body or not all(map(access.is_absolute, paths)):
            project = resources.find_project(call, db)
        for path in paths:
            location = resources.locate(call, db, path, project)
            create(db, location, call.caller.id)


def assign_paths(call: Call) -> None:
    """Move resources to folders; if one cannot be moved, none is."""
    with call.stack.store.write_transaction() as db:
        for item in call.body["assignments"]:
            kind = call.stack.kinds.get(item["resource_type"])
            if kind is None or not kind.in_folders:
                raise bad_body(f'Resources of type "{item["resource_type"]}" cannot be in a folder.')
            row = resources.find(call, db, kind, item["id"])
            location = resources.locate(call, db, item["path"], row["project"])
            folders.create_folder(db, location, call.caller.id)
            resources.place(db, kind, row, location, item.get("name", row["name"]))


HANDLERS = {
    "list_folders": Handler(list_folders),
    "create_paths": Handler(create_paths),
    "assign_paths": Handler(assign_paths),
}
