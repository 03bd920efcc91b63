"""Handlers for workspaces, which only their users can access.

The rules are assumptions:

- The owner and the users that a workspace is shared with are its users, as long as they are members of its project: a user who leaves
  the project has no access until the user is a member again.
- For anybody else a workspace does not exist: 404, also for other members of its project.
- Any user of a workspace can share it with members of its project, and revoke that. The owner cannot be removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters, resources
from orionclient.emulator._handlers.users import show_user
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import forbidden
from orionclient.emulator._store import sharing
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_FIELDS = ("id", "name", "description", "project", "owner", "created")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}


def find(call: Call, db: sqlite3.Connection, workspace_id: int, *, writing: bool = False) -> sqlite3.Row:
    """Return a workspace of the caller; for `writing`, its project must not be archived."""
    mine = f"id IN ({sharing.OWN_WORKSPACES})"
    row = resources.find_row(db, "workspace", "workspaces", workspace_id, mine, call.caller.id)
    if writing:
        resources.require_member(db, call.caller, row["project"], writing=True)
    return row


def require_target(db: sqlite3.Connection, workspace: sqlite3.Row, user: int) -> None:
    """Check that a user can become a user of a workspace."""
    query = "SELECT 1 FROM members WHERE user = ? AND project = ?"
    if db.execute(query, (user, workspace["project"])).fetchone() is None:
        raise forbidden(
            f"You cannot share workspace {workspace['id']} with user {user}, who is not a member of its project"
            f" {workspace['project']}."
        )


def list_workspaces(call: Call) -> dict[str, Any]:
    """List the workspaces that the caller is a user of."""
    query = call.query
    listing = ListQuery("workspaces", [f"id IN ({sharing.OWN_WORKSPACES})"], [call.caller.id])
    filters.narrow_by_name(listing, query)
    for name in ("project", "owner"):
        if name in query:
            listing.narrow(f"{name} = ?", query[name])
    with call.stack.store.read_transaction() as db:
        if "project" in query:
            resources.require_member(db, call.caller, query["project"])
        return build_page(call, db, listing, _show)


def create_workspace(call: Call) -> dict[str, Any]:
    """Create a workspace with the caller as its only user."""
    with call.stack.store.write_transaction() as db:
        project = resources.find_project(call, db)
        workspace_id = db.execute(
            "INSERT INTO workspaces (name, description, project, owner, created) VALUES (?, ?, ?, ?, ?)",
            (call.body["name"], call.body.get("description", ""), project, call.caller.id, now(db)),
        ).lastrowid
        sharing.share(db, "workspace", workspace_id or 0, ("user", call.caller.id), call.caller.id)
        return _show(find(call, db, workspace_id or 0))


def get_workspace(call: Call) -> dict[str, Any]:
    """Return a workspace of the caller."""
    with call.stack.store.read_transaction() as db:
        return _show(find(call, db, call.path["workspace_id"]))


def list_workspace_users(call: Call) -> dict[str, Any]:
    """List the users of a workspace of the caller."""
    with call.stack.store.read_transaction() as db:
        workspace = find(call, db, call.path["workspace_id"])
        mine = "id IN (SELECT user FROM workspace_users WHERE workspace = ?)"
        listing = ListQuery("users", [mine], [workspace["id"]])
        return build_page(call, db, listing, show_user)


HANDLERS = {
    "list_workspaces": Handler(list_workspaces),
    "create_workspace": Handler(create_workspace),
    "get_workspace": Handler(get_workspace),
    "list_workspace_users": Handler(list_workspace_users),
}
