"""Handlers for projects; members can access a project, its owner can change it.

The rules are assumptions:

- A project is shared with users and groups of the organization: they become members, who can do everything in it. A group stands for
  its current members. Only the owner shares a project and revokes shares; members list them.
- The owner is always a member: the own membership cannot be revoked. Other members can leave. Their items stay in the project.
- A deleted project is in the trash for its owner only. For all others it does not exist, nor does anything in it: memberships and shares
  have no effect until the owner restores the project. It is no default project meanwhile.
- A project with a queued or running job or service task cannot be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters
from orionclient.emulator._handlers.resources import find_row, is_member, narrow_to_trash, require_member
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, forbidden, not_found
from orionclient.emulator._store import sharing
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_FIELDS = ("id", "name", "description", "owner", "organization", "created", "deleted")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {**{name: row[name] for name in _FIELDS}, "archived": bool(row["archived"])}


def find(call: Call, db: sqlite3.Connection, project_id: int) -> sqlite3.Row:
    """Return a project that the caller is a member of."""
    row = find_row(db, "project", "projects", project_id, "deleted = ''")
    require_member(db, call.caller, project_id)
    return row


def find_own(call: Call, db: sqlite3.Connection, project_id: int, action: str, *, trashed: bool = False) -> sqlite3.Row:
    """Return a project that the caller owns; `trashed` includes the trash.

    Raises:
        ProblemError: 404 if it does not exist or is in the trash of another user, 403 if the caller is not the owner.
    """
    row = find_row(db, "project", "projects", project_id, "1" if trashed else "deleted = ''")
    if row["owner"] == call.caller.id:
        return row
    if row["deleted"]:
        raise not_found(f"The project {project_id} does not exist.")
    require_member(db, call.caller, project_id)
    raise forbidden(f"Only the owner can {action} project {project_id}.")


def list_projects(call: Call) -> dict[str, Any]:
    """List the caller's projects, either archived or active ones, or the deleted projects that the caller owns."""
    deleted = call.query["deleted"]
    listing = ListQuery("projects")
    narrow_to_trash(call, listing)
    if deleted:
        listing.narrow("owner = ?", call.caller.id)
    else:
        listing.narrow("id IN (SELECT project FROM members WHERE user = ?)", call.caller.id)
    archived = call.query.get("archived", None if deleted else False)
    if archived is not None:
        listing.narrow("archived = ?", archived)
    filters.narrow_by_name(listing, call.query)
    if "owner" in call.query:
        listing.narrow("owner = ?", call.query["owner"])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, _show)


def create_project(call: Call) -> dict[str, Any]:
    """Create a project with the caller as its only member; it becomes the default project of a caller that has none."""
    caller = call.caller
    with call.stack.store.write_transaction() as db:
        project_id = db.execute(
            "INSERT INTO projects (name, description, owner, organization, created) VALUES (?, ?, ?, ?, ?)",
            (call.body["name"], call.body.get("description", ""), caller.id, caller.organization, now(db)),
        ).lastrowid
        sharing.share(db, "project", project_id or 0, ("user", caller.id), caller.id)
        db.execute(
            "UPDATE users SET default_project = ? WHERE id = ? AND NOT EXISTS"
            " (SELECT 1 FROM members WHERE user = users.id AND project = users.default_project)",
            (project_id, caller.id),
        )
        return _show(find(call, db, project_id or 0))


def get_project(call: Call) -> dict[str, Any]:
    """Return a project of the caller."""
    with call.stack.store.read_transaction() as db:
        return _show(find(call, db, call.path["project_id"]))


def update_project(call: Call) -> dict[str, Any]:
    """Set the fields in the body; the owner can also update an archived project, whose resources are read-only."""
    project_id = call.path["project_id"]
    with call.stack.store.write_transaction() as db:
        find_own(call, db, project_id, "update")
        for column in ("name", "description", "archived"):
            if column in call.body:
                db.execute(f"UPDATE projects SET {column} = ? WHERE id = ?", (call.body[column], project_id))  # noqa: S608 - constants  # nosec B608
        return _show(find(call, db, project_id))


#: What prevents the deletion of a project: a message, and the query for its count.
_IN_USE = {
    "of its jobs are not complete. Cancel them first.": (
        "SELECT count(*) FROM jobs WHERE project = ? AND deleted = '' AND state <> 'complete'"
    ),
    "of its service tasks are queued or running. Stop them first.": (
        "SELECT count(*) FROM service_tasks WHERE project = ? AND state IN ('queued', 'running')"
    ),
}


def delete_project(call: Call) -> None:
    """Move a project to the trash."""
    project_id = call.path["project_id"]
    with call.stack.store.write_transaction() as db:
        find_own(call, db, project_id, "delete")
        for what, query in _IN_USE.items():
            ((busy,),) = db.execute(query, (project_id,))
            if busy:
                raise ProblemError(409, f"The project {project_id} is in use: {busy} {what}", "project_in_use")
        db.execute("UPDATE projects SET deleted = ? WHERE id = ?", (now(db), project_id))


def leave_project(call: Call) -> None:
    """End the membership of the caller."""
    project_id, caller = call.path["project_id"], call.caller
    with call.stack.store.write_transaction() as db:
        if find(call, db, project_id)["owner"] == caller.id:
            detail = f"The owner cannot leave project {project_id}; delete it instead."
            raise ProblemError(409, detail, "owner")
        sharing.unshare(db, "project", project_id, ("user", caller.id))
        if is_member(db, caller, project_id):
            detail = f"You are a member of project {project_id} through a group; its owner can revoke the share with the group."
            raise ProblemError(409, detail, "group_member")


HANDLERS = {
    "list_projects": Handler(list_projects),
    "create_project": Handler(create_project),
    "get_project": Handler(get_project),
    "update_project": Handler(update_project),
    "delete_project": Handler(delete_project),
    "leave_project": Handler(leave_project),
}
