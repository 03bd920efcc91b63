"""Handlers for API tokens; a user can access only the own ones, and gets a 404 for others.

The token of a job is valid only while the job runs. So it is not listed, and it cannot create tokens, which would be valid longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers.resources import find_row
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import forbidden

if TYPE_CHECKING:
    import sqlite3


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "description", "created")}


def _find(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    return find_row(db, "token", "tokens", call.path["token_id"], "user = ? AND job IS NULL", call.caller.id)


def list_tokens(call: Call) -> dict[str, Any]:
    """List the caller's tokens, including the one issued for the password."""
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, ListQuery("tokens", ["user = ?", "job IS NULL"], [call.caller.id]), _show)


def create_token(call: Call) -> dict[str, Any]:
    """Create a token; the response contains its value."""
    if call.caller.job is not None:
        raise forbidden("A job cannot create tokens, because they would outlive it.")
    with call.stack.store.write_transaction() as db:
        token_id, value = call.stack.credentials.create_token(db, call.caller.id, call.body.get("description", ""))
        return {**_show(db.execute("SELECT * FROM tokens WHERE id = ?", (token_id,)).fetchone()), "token": value}


def get_token(call: Call) -> dict[str, Any]:
    """Return a token of the caller."""
    with call.stack.store.read_transaction() as db:
        return _show(_find(call, db))


def update_token(call: Call) -> dict[str, Any]:
    """Set the description, if it is in the body."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        description = call.body.get("description", row["description"])
        db.execute("UPDATE tokens SET description = ? WHERE id = ?", (description, row["id"]))
        return _show(_find(call, db))


def delete_token(call: Call) -> None:
    """Delete a token of the caller, possibly the one of this request."""
    with call.stack.store.write_transaction() as db:
        db.execute("DELETE FROM tokens WHERE id = ?", (_find(call, db)["id"],))


HANDLERS = {
    "list_tokens": Handler(list_tokens),
    "create_token": Handler(create_token),
    "get_token": Handler(get_token),
    "update_token": Handler(update_token),
    "delete_token": Handler(delete_token),
}
