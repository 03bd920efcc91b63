"""Handlers for groups; a user can access all groups of the own organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters, resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page

if TYPE_CHECKING:
    import sqlite3

TABLES = """
CREATE TABLE IF NOT EXISTS groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    organization INTEGER NOT NULL REFERENCES organizations (id),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS groups_of_organization ON groups (organization, id);
CREATE TABLE IF NOT EXISTS group_members (
    user INTEGER NOT NULL REFERENCES users (id),
    group_id INTEGER NOT NULL REFERENCES groups (id),
    PRIMARY KEY (user, group_id)
) STRICT, WITHOUT ROWID;
"""

_FIELDS = ("id", "name", "description", "organization", "created")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}


def list_groups(call: Call) -> dict[str, Any]:
    """List the groups of the caller's organization."""
    listing = ListQuery("groups", ["organization = ?"], [call.caller.organization])
    filters.narrow_by_name(listing, call.query)
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, _show)


def get_group(call: Call) -> dict[str, Any]:
    """Return a group; 403 for groups of other organizations."""
    return _show(resources.find_of_organization(call, "group", "groups"))


HANDLERS = {
    "list_groups": Handler(list_groups),
    "get_group": Handler(get_group),
}
