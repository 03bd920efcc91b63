"""Handlers for shares, which are created, revoked and listed by users who can update the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import forbidden
from orionclient.emulator._store import sharing
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

TABLES = """
CREATE TABLE IF NOT EXISTS shares (
    kind TEXT NOT NULL,
    resource INTEGER NOT NULL,
    target_type TEXT NOT NULL,
    target INTEGER NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    PRIMARY KEY (kind, resource, target_type, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shares_by_target ON shares (kind, target_type, target, resource);
"""


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = {name: row[name] for name in ("target_type", "owner", "created")}
    return {**plain, "target_id": row["target"]}


def list_shares(call: Call) -> dict[str, Any]:
    """List the shares of a resource."""
    listing = ListQuery("shares", key=("target_type", "target"), key_types=(str, int))
    listing.narrow("kind = ?", call.path["resource_type"])
    listing.narrow("resource = ?", call.path["resource_id"])
    with call.stack.store.read_transaction() as db:
        resources.find_of_type(call, db, "shared", archived=True)
        return build_page(call, db, listing, _show)


def share_resource(call: Call) -> None:
    """Create a share, if missing."""
    target_type, target = call.body["target_type"], call.body["target_id"]
    with call.stack.store.write_transaction() as db:
        resource = resources.find_of_type(call, db, "shared")
        if not sharing.can_share_with(db, target_type, target, call.caller.id):
            raise forbidden(f"You cannot share with {target_type} {target}.")
        db.execute(
            "INSERT INTO shares (kind, resource, target_type, target, owner, created) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (call.path["resource_type"], resource["id"], target_type, target, call.caller.id, now(db)),
        )


def unshare_resource(call: Call) -> None:
    """Revoke a share, if it exists."""
    with call.stack.store.write_transaction() as db:
        resource = resources.find_of_type(call, db, "shared")
        db.execute(
            "DELETE FROM shares WHERE kind = ? AND resource = ? AND target_type = ? AND target = ?",
            (call.path["resource_type"], resource["id"], call.query["target_type"], call.query["target_id"]),
        )


HANDLERS = {
    "list_shares": Handler(list_shares),
    "share_resource": Handler(share_resource),
    "unshare_resource": Handler(unshare_resource),
}
