"""Handlers for users; a caller can access the users of the own organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page

if TYPE_CHECKING:
    import sqlite3

_FIELDS = ("id", "username", "email", "first_name", "last_name", "organization", "created")


def show_user(row: sqlite3.Row) -> dict[str, Any]:
    """Convert a row to the JSON object of a user, without the password."""
    return {name: row[name] for name in _FIELDS}


def list_users(call: Call) -> dict[str, Any]:
    """List the users of the caller's organization."""
    listing = ListQuery("users", ["organization = ?"], [call.caller.organization], columns={"name": "username"})
    if "username" in call.query:
        listing.narrow("username = ?", call.query["username"])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, show_user)


def get_user(call: Call) -> dict[str, Any]:
    """Return a user; 403 for users of other organizations."""
    return show_user(resources.find_of_organization(call, "user", "users"))


HANDLERS = {
    "list_users": Handler(list_users),
    "get_user": Handler(get_user),
}
