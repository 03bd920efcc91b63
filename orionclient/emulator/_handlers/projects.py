"""Handlers for projects; members can access a project, its owner can update it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers.resources import find_row, require_member
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import forbidden
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_FIELDS = ("id", "name", "description", "owner", "organization", "created")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {**{name: row[name] for name in _FIELDS}, "archived": bool(row["archived"])}


def _find(call: Call, db: sqlite3.Connection, project_id: int) -> sqlite3.Row:
    row = find_row(db, "project", "projects", project_id)
    require_member(db, call.caller, project_id)
    return row


def list_projects(call: Call) -> dict[str, Any]:
    """List the caller's projects, either archived or active ones."""
    listing = ListQuery("projects", ["id IN (SELECT project FROM members WHERE user = ?)"], [call.caller.id])
    listing.narrow("archived = ?", call.query["archived"])
    if "name" in call.query:
        listing.narrow("instr(lower(name), lower(?)) > 0", call.query["name"])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, _show)


def create_project(call: Call) -> dict[str, Any]:
    """Create a project with the caller as its only member; it becomes the default project of a caller that has none."""
    caller = call.caller
    with call.stack.store.write_transaction() as db:
        project_id = db.execute(
            "INSERT INTO projects (name, description, owner, organization, created) VALUES (?, ?, ?, ?, ?)",
            (call.body["name"], call.body.get("description", ""), caller.id, caller.organization, now(db)),
        ).lastrowid
        db.execute("INSERT INTO members (user, project) VALUES (?, ?)", (caller.id, project_id))
        db.execute(
            "UPDATE users SET default_project = ? WHERE id = ? AND default_project IS NULL", (project_id, caller.id)
        )
        return _show(_find(call, db, project_id or 0))


def get_project(call: Call) -> dict[str, Any]:
    """Return a project of the caller."""
    with call.stack.store.read_transaction() as db:
        return _show(_find(call, db, call.path["project_id"]))


def update_project(call: Call) -> dict[str, Any]:
    """Set the fields in the body; the owner can also update an archived project, whose resources are read-only."""
    project_id = call.path["project_id"]
    with call.stack.store.write_transaction() as db:
        row = _find(call, db, project_id)
        if row["owner"] != call.caller.id:
            raise forbidden(f"Only the owner can update project {project_id}.")
        for column in ("name", "description", "archived"):
            if column in call.body:
                db.execute(f"UPDATE projects SET {column} = ? WHERE id = ?", (call.body[column], project_id))  # noqa: S608 - constants  # nosec B608
        return _show(_find(call, db, project_id))


HANDLERS = {
    "list_projects": Handler(list_projects),
    "create_project": Handler(create_project),
    "get_project": Handler(get_project),
    "update_project": Handler(update_project),
}
