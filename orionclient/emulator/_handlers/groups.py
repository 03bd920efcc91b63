"""Handlers for groups; a user can access all groups of the own organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters, resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page

if TYPE_CHECKING:
    import sqlite3

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
