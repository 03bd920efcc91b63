"""Handlers for tags; a tag belongs to a resource and a project, so that projects sharing a resource have separate tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3


def _project(call: Call, db: sqlite3.Connection, resource: sqlite3.Row, named: int | None) -> int:
    # The owner of a resource in an organization may be no member of its project.
    project = int(resource["project"]) if named is None else named
    resources.require_member(db, call.caller, project, writing=True)
    return project


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "project", "created")}


def list_tags(call: Call) -> dict[str, Any]:
    """List the tags of a resource in all projects of the caller, by name."""
    listing = ListQuery("tags", key=("name", "project"), key_types=(str, int))
    listing.narrow("kind = ?", call.path["resource_type"])
    listing.narrow("resource = ?", call.path["resource_id"])
    listing.narrow("project IN (SELECT project FROM members WHERE user = ?)", call.caller.id)
    with call.stack.store.read_transaction() as db:
        resources.find_of_type(call, db, "tagged", reading=True)
        return build_page(call, db, listing, _show)


def add_tags(call: Call) -> None:
    """Add tags, if missing."""
    with call.stack.store.write_transaction() as db:
        resource = resources.find_of_type(call, db, "tagged")
        project = _project(call, db, resource, call.body.get("project"))
        db.executemany(
            "INSERT INTO tags (kind, resource, name, project, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(call.path["resource_type"], resource["id"], tag, project, now(db)) for tag in call.body["tags"]],
        )


def remove_tags(call: Call) -> None:
    """Remove tags; missing tags are ignored, as documented."""
    with call.stack.store.write_transaction() as db:
        resource = resources.find_of_type(call, db, "tagged")
        project = _project(call, db, resource, call.query.get("project"))
        db.executemany(
            "DELETE FROM tags WHERE kind = ? AND resource = ? AND name = ? AND project = ?",
            [(call.path["resource_type"], resource["id"], tag, project) for tag in call.query["tag"]],
        )


HANDLERS = {
    "list_tags": Handler(list_tags),
    "add_tags": Handler(add_tags),
    "remove_tags": Handler(remove_tags),
}
