"""Handlers for shares, which are created, revoked and listed by users who can update the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import projects, resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, bad_body, forbidden
from orionclient.emulator._store import sharing

if TYPE_CHECKING:
    import sqlite3


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = {name: row[name] for name in ("target_type", "owner", "created")}
    return {**plain, "target_id": row["target"]}


def _check_permission(call: Call, db: sqlite3.Connection, *, listing: bool = False) -> sqlite3.Row:
    """Return the row of the resource whose shares the caller may change or, for `listing`, list."""
    if call.path["resource_type"] != "project":
        return resources.find_of_type(call, db, "shared", archived=listing)
    project_id = call.path["resource_id"]
    return projects.find(call, db, project_id) if listing else projects.find_own(call, db, project_id, "share")


def list_shares(call: Call) -> dict[str, Any]:
    """List the shares of a resource."""
    listing = ListQuery("shares", key=("target_type", "target"), key_types=(str, int))
    listing.narrow("kind = ?", call.path["resource_type"])
    listing.narrow("resource = ?", call.path["resource_id"])
    with call.stack.store.read_transaction() as db:
        _check_permission(call, db, listing=True)
        return build_page(call, db, listing, _show)


def share_resource(call: Call) -> None:
    """Create a share, if missing."""
    kind, target_type, target = call.path["resource_type"], call.body["target_type"], call.body["target_id"]
    with call.stack.store.write_transaction() as db:
        resource = _check_permission(call, db)
        if kind == "project" and target_type not in {"user", "group"}:
            raise bad_body("A project can be shared with users and groups only.")
        if not sharing.can_share_with(db, target_type, target, call.caller.id):
            raise forbidden(f"You cannot share with {target_type} {target}.")
        sharing.share(db, kind, resource["id"], (target_type, target), call.caller.id)


def unshare_resource(call: Call) -> None:
    """Revoke a share, if it exists."""
    kind, target = call.path["resource_type"], (call.query["target_type"], call.query["target_id"])
    with call.stack.store.write_transaction() as db:
        resource = _check_permission(call, db)
        if kind == "project" and target == ("user", resource["owner"]):
            raise ProblemError(409, f"The owner cannot be removed from project {resource['id']}.", "owner")
        sharing.unshare(db, kind, resource["id"], target)


HANDLERS = {
    "list_shares": Handler(list_shares),
    "share_resource": Handler(share_resource),
    "unshare_resource": Handler(unshare_resource),
}
