"""Projects: a user sees those that the user is a member of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator.call import Call, Handler
from orionclient.emulator.paging import Listing, page
from orionclient.emulator.problems import not_found
from orionclient.emulator.resources import require_member

if TYPE_CHECKING:
    import sqlite3

_SHOWN = ("id", "name", "description", "owner", "organization", "created")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN}


def list_projects(call: Call) -> dict[str, Any]:
    """The caller's projects."""
    listing = Listing("projects", ["id IN (SELECT project FROM members WHERE user = ?)"], [call.caller.id])
    if "name" in call.query:
        listing.narrow("instr(lower(name), lower(?)) > 0", call.query["name"])
    with call.stack.store.reading() as db:
        return page(call, db, listing, _show)


def get_project(call: Call) -> dict[str, Any]:
    """One of them."""
    number = call.path["project_id"]
    with call.stack.store.reading() as db:
        row = db.execute("SELECT * FROM projects WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise not_found(f"There is no project {number}.")
        require_member(db, call.caller, number)
    return _show(row)


HANDLERS = {
    "list_projects": Handler(list_projects),
    "get_project": Handler(get_project),
}
