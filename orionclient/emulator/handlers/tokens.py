"""Tokens: a user sees the own ones only; to everybody else they do not exist.

The token of a job lives as long as the job runs. So nobody sees it here, and with it no token can be made, which would live longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator.call import Call, Handler
from orionclient.emulator.paging import ListQuery, build_page
from orionclient.emulator.problems import forbidden, not_found

if TYPE_CHECKING:
    import sqlite3


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "description", "created")}


def _find(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    number = call.path["token_id"]
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM tokens WHERE id = ? AND user = ? AND job IS NULL", (number, call.caller.id)
    ).fetchone()
    if row is None:
        raise not_found(f"There is no token {number}.")
    return row


def list_tokens(call: Call) -> dict[str, Any]:
    """The caller's tokens, those for the password included."""
    with call.stack.store.reading() as db:
        return build_page(call, db, ListQuery("tokens", ["user = ?", "job IS NULL"], [call.caller.id]), _show)


def create_token(call: Call) -> dict[str, Any]:
    """A new token, with its value."""
    if call.caller.job is not None:
        raise forbidden("A job cannot make tokens, for they would outlive it.")
    with call.stack.store.writing() as db:
        number, value = call.stack.credentials.make(db, call.caller.id, call.body.get("description", ""))
        return {**_show(db.execute("SELECT * FROM tokens WHERE id = ?", (number,)).fetchone()), "token": value}


def get_token(call: Call) -> dict[str, Any]:
    """One of them."""
    with call.stack.store.reading() as db:
        return _show(_find(call, db))


def update_token(call: Call) -> dict[str, Any]:
    """Set the description if the body names it."""
    with call.stack.store.writing() as db:
        row = _find(call, db)
        description = call.body.get("description", row["description"])
        db.execute("UPDATE tokens SET description = ? WHERE id = ?", (description, row["id"]))
        return _show(_find(call, db))


def delete_token(call: Call) -> None:
    """End one of them, be it the one that came with this request."""
    with call.stack.store.writing() as db:
        db.execute("DELETE FROM tokens WHERE id = ?", (_find(call, db)["id"],))


HANDLERS = {
    "list_tokens": Handler(list_tokens),
    "create_token": Handler(create_token),
    "get_token": Handler(get_token),
    "update_token": Handler(update_token),
    "delete_token": Handler(delete_token),
}
