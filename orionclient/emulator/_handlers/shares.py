"""Handlers for shares, which are created, revoked and listed by users who can update the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import projects, resources, workfloes, workspaces
from orionclient.emulator._handlers.packages import PACKAGES
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, bad_body, forbidden
from orionclient.emulator._store import sharing

if TYPE_CHECKING:
    import sqlite3

# Shares of these kinds make members of their targets, which have other types than those of other kinds.
MEMBERSHIPS = {"project": ("user", "group"), "workspace": ("user",)}


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = {name: row[name] for name in ("target_type", "owner", "created")}
    return {**plain, "target_id": row["target"]}


def _find(call: Call, db: sqlite3.Connection, *, listing: bool = False) -> sqlite3.Row:
    """Return the row of the resource whose shares the caller may change or, for `listing`, list."""
    kind, resource_id = call.path["resource_type"], call.path["resource_id"]
    if kind == "workspace":
        return workspaces.find(call, db, resource_id, writing=not listing)
    if kind == "project":
        return projects.find(call, db, resource_id) if listing else projects.find_own(call, db, resource_id, "share")
    return resources.find_of_type(call, db, "shared", archived=listing)


def _find_package(call: Call, db: sqlite3.Connection, workfloe_id: int) -> int | None:
    """Return the id of the package of a floe, which has the shares of the floe; None for a floe of the stack."""
    package: int | None = workfloes.find(call, db, workfloe_id)["package"]
    if package is not None:
        resources.find(call, db, PACKAGES, package, archived=True)
    return package


def list_shares(call: Call) -> dict[str, Any]:
    """List the shares of a resource."""
    kind, resource_id = call.path["resource_type"], call.path["resource_id"]
    with call.stack.store.read_transaction() as db:
        if kind == "workfloe":
            kind, resource_id = "package", _find_package(call, db, resource_id)
        else:
            _find(call, db, listing=True)
        listing = ListQuery(
            "shares", ["kind = ?", "resource = ?"], [kind, resource_id], ("target_type", "target"), (str, int)
        )
        return build_page(call, db, listing, _show)


def share_resource(call: Call) -> None:
    """Create a share, if missing."""
    kind, target_type, target = call.path["resource_type"], call.body["target_type"], call.body["target_id"]
    with call.stack.store.write_transaction() as db:
        resource = _find(call, db)
        if target_type not in MEMBERSHIPS.get(kind, [target_type]):
            raise bad_body(
                f"A {kind} can be shared with {' and '.join(f'{each}s' for each in MEMBERSHIPS[kind])} only."
            )
        if kind == "workspace":
            workspaces.require_target(db, resource, target)
        if not sharing.can_share_with(db, target_type, target, call.caller.id):
            raise forbidden(f"You cannot share with {target_type} {target}.")
        sharing.share(db, kind, resource["id"], (target_type, target), call.caller.id)


def unshare_resource(call: Call) -> None:
    """Revoke a share, if it exists."""
    kind, target = call.path["resource_type"], (call.query["target_type"], call.query["target_id"])
    with call.stack.store.write_transaction() as db:
        resource = _find(call, db)
        if kind in MEMBERSHIPS and target == ("user", resource["owner"]):
            raise ProblemError(409, f"The owner cannot be removed from {kind} {resource['id']}.", "owner")
        sharing.unshare(db, kind, resource["id"], target)


HANDLERS = {
    "list_shares": Handler(list_shares),
    "share_resource": Handler(share_resource),
    "unshare_resource": Handler(unshare_resource),
}
