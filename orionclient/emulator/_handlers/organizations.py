"""Handlers for organizations; a user belongs to exactly one and can access no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers.resources import find_row
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import forbidden

if TYPE_CHECKING:
    import sqlite3


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "created")}


def list_organizations(call: Call) -> dict[str, Any]:
    """List the caller's organization."""
    listing = ListQuery("organizations", ["id = ?"], [call.caller.organization])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, _show)


def get_organization(call: Call) -> dict[str, Any]:
    """Return the caller's organization; 403 for others."""
    organization_id = call.path["organization_id"]
    with call.stack.store.read_transaction() as db:
        row = find_row(db, "organization", "organizations", organization_id)
    if organization_id != call.caller.organization:
        raise forbidden(f"You are not a member of organization {organization_id}.")
    return _show(row)


HANDLERS = {
    "list_organizations": Handler(list_organizations),
    "get_organization": Handler(get_organization),
}
