"""Shared behavior of all kinds of resources: projects, permissions, trash (soft delete), listing and updating.

The rules are assumptions, because Orion's own are not published:

- A user can access the resources in the roots that the user sees (see `access`), and read those that are shared with the user
  (see `sharing`). Access to any other resource gets a 403, or a 404 if its root is that of another user, a workspace or an organization.
  Updating a resource that is only shared gets a 403.
- An unknown id and the id of a soft-deleted resource get a 404, also for users who would get a 403 otherwise.
- DELETE moves a resource to the trash, where only a listing with `deleted=true` returns it. With `immediate` it is removed
  permanently, also from the trash. It can be restored for 30 days (no such operation is published); after that it is expired, and only
  a listing with `expired=true` returns it. Expired resources are never removed.
- An update sets only the fields in the body. Moving to another project needs membership in both and removes the resource from its
  folder, to the team root.
- Naming a project (in a filter, as a destination, for tags) that the user is not a member of gets a 403, also if the project does
  not exist: 404 is reserved for the resource in the path.
- A resource created without a project goes to the default project of the user.
- A resource created by a job gets the tag `Job <id>`, if its kind can be tagged. A dataset gets it as its system tag too, which cannot be
  changed; a copy has none.
- An archived project is read-only: creating, updating, deleting, tagging and sharing there get a 403, and so does moving a resource
  to it.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, bad_body, bad_parameter, forbidden, not_found
from orionclient.emulator._store import access, folders, sharing
from orionclient.emulator._store.store import format_time, now

if TYPE_CHECKING:
    from orionclient.emulator._http.call import Call, ResourceKind
    from orionclient.emulator._store.credentials import Caller

Row = sqlite3.Row

# How long a deleted resource is listed in the trash and can be restored.
RETENTION = timedelta(days=30)
# A deleted project hides its resources from users that they are shared with; it has no members.
IN_PROJECT = "project NOT IN (SELECT id FROM projects WHERE deleted <> '')"


def is_member(db: sqlite3.Connection, caller: Caller, project: int) -> bool:
    """Return whether the caller is a member of the project."""
    query = "SELECT 1 FROM members WHERE user = ? AND project = ?"
    return db.execute(query, (caller.id, project)).fetchone() is not None


def require_member(db: sqlite3.Connection, caller: Caller, project: int, *, writing: bool = False) -> None:
    """Check that the caller is a member of a project and, for `writing`, that the project is not archived.

    Raises:
        ProblemError: 403, also if the project does not exist.
    """
    if not is_member(db, caller, project):
        deleted = "SELECT 1 FROM projects WHERE id = ? AND owner = ? AND deleted <> ''"
        if db.execute(deleted, (project, caller.id)).fetchone():
            raise forbidden(f"Project {project} is in the trash; restore it first.")
        raise forbidden(f"You are not a member of project {project}.")
    if writing:
        _require_open(db, project)


def _require_open(db: sqlite3.Connection, project: int) -> None:
    if db.execute("SELECT archived FROM projects WHERE id = ?", (project,)).fetchone()[0]:
        raise forbidden(f"Project {project} is archived, so it is read-only.")


def narrow_to_projects(call: Call, db: sqlite3.Connection, listing: ListQuery) -> None:
    """Restrict a listing to what the caller sees of the project in the query or, if omitted, of all projects of the caller."""
    if "project" in call.query:
        require_member(db, call.caller, call.query["project"])
        listing.narrow("project = ?", call.query["project"])
    else:
        listing.narrow("project IN (SELECT project FROM members WHERE user = ?)", call.caller.id)
    visible, values = access.visible_rows_of_projects(call.caller.id)
    listing.narrow(visible, *values)


def compute_expiry(call: Call) -> str:
    """Return the time before which deleted resources are expired."""
    return format_time(call.stack.clock() - RETENTION)


def narrow_to_trash(call: Call, listing: ListQuery) -> None:
    """Restrict a listing to the trash, without expired resources unless they are requested, or to what is not in the trash."""
    # The operations of kinds without a trash lack these parameters.
    if not call.query.get("deleted", False):
        listing.narrow("deleted = ''")
        return
    listing.narrow("deleted <> ''")
    if not call.query["expired"]:
        listing.narrow("deleted >= ?", compute_expiry(call))


def find_project(call: Call, db: sqlite3.Connection) -> int:
    """Return the project in the body; defaults to the caller's default project."""
    project: int | None = call.body.get("project", call.caller.default_project)
    if project is None:
        raise bad_body("You have no default project; specify a project.")
    require_member(db, call.caller, project, writing=True)
    return project


def find(
    call: Call,
    db: sqlite3.Connection,
    kind: ResourceKind,
    resource_id: int,
    *,
    trashed: bool = False,
    archived: bool = False,
    reading: bool = False,
) -> Row:
    """Return the row of a resource that the caller can update.

    Args:
        call: The request.
        db: The connection.
        kind: The kind of the resource.
        resource_id: Its id.
        trashed: Whether to include the trash. Defaults to False.
        archived: Whether to include archived projects. Defaults to False.
        reading: Whether read access is sufficient; includes archived projects. Defaults to False.

    Raises:
        ProblemError: 404 if the resource does not exist, 403 without permission.
    """
    row = find_row(db, kind.noun, kind.table, resource_id, "1" if trashed else "deleted = ''")
    if reading and access.may_see(db, call.caller.id, row):
        return row
    if access.may_change(db, call.caller.id, row):
        if not archived:
            _require_open(db, row["project"])
        return row
    if access.may_see(db, call.caller.id, row):
        raise forbidden(f"The {kind.noun} {resource_id} in /organization can be changed by its owner only.")
    if db.execute("SELECT 1 FROM projects WHERE id = ? AND deleted <> ''", (row["project"],)).fetchone():
        raise build_missing_problem(kind.noun, resource_id)
    shared = not row["deleted"] and sharing.is_shared_with(db, kind.name, resource_id, call.caller.id)
    if shared and reading:
        return row
    if shared:
        raise forbidden(f"The {kind.noun} {resource_id} is shared with you read-only.")
    if row["root"]:
        raise build_missing_problem(kind.noun, resource_id)
    raise forbidden(f"The {kind.noun} {resource_id} belongs to a project that you are not a member of.")


def find_row(db: sqlite3.Connection, name: str, table: str, row_id: int, condition: str = "1", *values: Any) -> Row:
    """Return a row by its id, without a permission check.

    Raises:
        ProblemError: 404, no row has this id and meets the condition.
    """
    query = f"SELECT * FROM {table} WHERE id = ? AND {condition}"  # noqa: S608 - constants  # nosec B608
    row: Row | None = db.execute(query, (row_id, *values)).fetchone()
    if row is None:
        raise build_missing_problem(name, row_id)
    return row


def build_missing_problem(name: str, row_id: int) -> ProblemError:
    """Return a 404 for a row."""
    return not_found(f"The {name} {row_id} does not exist.")


def find_of_organization(call: Call, name: str, table: str) -> Row:
    """Return the row in the path, if it belongs to the caller's organization.

    Raises:
        ProblemError: 404 if it does not exist, 403 if it belongs to another organization.
    """
    with call.stack.store.read_transaction() as db:
        row = find_row(db, name, table, call.path[f"{name}_id"])
    if row["organization"] != call.caller.organization:
        raise forbidden(f"The {name} {row['id']} belongs to another organization.")
    return row


def find_of_type(
    call: Call, db: sqlite3.Connection, action: str, *, archived: bool = False, reading: bool = False
) -> Row:
    """Return the resource of the type and id in the path, if its kind can be `tagged` or `shared`."""
    resource_type = call.path["resource_type"]
    kind = call.stack.kinds.get(resource_type)
    if kind is None or not {"tagged": kind.taggable, "shared": kind.sharable}[action]:
        raise not_found(f'Resources of type "{resource_type}" cannot be {action}.')
    return find(call, db, kind, call.path["resource_id"], archived=archived, reading=reading)


def find_named(call: Call, db: sqlite3.Connection, kind: ResourceKind, *, reading: bool = False) -> Row:
    """Return the row of the resource in the path."""
    return find(call, db, kind, call.path[kind.id_parameter], reading=reading)


def list_kind(call: Call, kind: ResourceKind, **columns: str | int | None) -> dict[str, Any]:
    """Return a page of resources; `columns` are additional exact filters, ignored if None."""
    query = call.query
    # The operations of some kinds lack some of these parameters.
    trashed = query.get("deleted", False)
    listing = ListQuery(kind.table, columns={"type": kind.type_column})
    narrow_to_trash(call, listing)
    filters.narrow_by_name(listing, query)
    filters.narrow_by_path(listing, query)
    narrow_by_tags(call, listing, kind)
    if "states" in query:
        filters.narrow_to_values(listing, "state", query["states"])
    if "types" in query:
        filters.narrow_to_values(listing, kind.type_column, query["types"])
    for column, value in {"owner": query.get("owner"), **columns}.items():
        if value is not None:
            listing.narrow(f"{column} = ?", value)
    with call.stack.store.read_transaction() as db:
        if "path" in query:
            _narrow_to_folder(call, db, listing)
        visible, values = access.visible_rows(call.caller.id)
        if "project" in query:
            narrow_to_projects(call, db, listing)
        elif trashed:
            listing.narrow(visible, *values)
        else:
            shared, more = sharing.shared_with(kind.name, call.caller.id)
            listing.narrow(f"({visible} OR ({IN_PROJECT} AND id IN ({shared})))", *values, *more)
        return build_page(call, db, listing, kind.show)


def narrow_by_tags(call: Call, listing: ListQuery, kind: ResourceKind) -> None:
    """Apply the filters for tags, which select by the tags that the caller sees."""
    tagged = (
        "id IN (SELECT resource FROM tags WHERE kind = ? AND project IN (SELECT project FROM members WHERE user = ?)"
        " AND {})"
    )
    filters.narrow_by_tags(listing, call.query, tagged, "name", kind.name, call.caller.id)
    if "systag_filters" in call.query:
        tagged = "EXISTS (SELECT 1 FROM json_each(systemtags) WHERE {})"
        filters.narrow_to_tagged(listing, call.query, tagged, "value", tags=call.query["systag_filters"])


def _narrow_to_folder(call: Call, db: sqlite3.Connection, listing: ListQuery) -> None:
    path = call.query["path"]
    if access.is_absolute(path):
        location = access.resolve(db, call.caller, path, bad_parameter)
        listing.narrow("full_root = ?", location.full_root)
        listing.narrow("path IS ?", location.path)
    else:
        listing.narrow("root = ''")
        listing.narrow("path IS ?", folders.normalize_path(path))


def locate(call: Call, db: sqlite3.Connection, path: str, project: int | None) -> access.Location:
    """Return the location of a path in the body, whose root the caller can add to.

    Args:
        call: The request.
        db: The connection.
        path: An absolute path, or one relative to the team root of the project.
        project: Id of the project of a relative path.

    Raises:
        ProblemError: 400 for a path outside every root, 404 if the caller does not see its root, 403 if its project is archived or, for a
            relative path, if the caller is not a member of the project.
    """
    if project is not None and not access.is_absolute(path):
        require_member(db, call.caller, project, writing=True)
        return access.Location(project, "", folders.normalize_path(path))
    location = access.resolve(db, call.caller, path)
    if location.project is not None:
        _require_open(db, location.project)
    return location


def place(db: sqlite3.Connection, kind: ResourceKind, row: Row, location: access.Location, name: str) -> None:
    """Move a resource to a folder that exists."""
    db.execute(
        f"UPDATE {kind.table} SET project = coalesce(?, project), root = ?, path = ?, name = ? WHERE id = ?",  # noqa: S608 - a constant  # nosec B608
        (*location, name, row["id"]),
    )


def get_job_tags(caller: Caller) -> list[str]:
    """Return the tags of what the caller creates: one if the caller is a job."""
    return [] if caller.job is None else [f"Job {caller.job}"]


def create(call: Call, kind: ResourceKind, **columns: Any) -> dict[str, Any]:
    """Create a resource from the body; `columns` are values of kind-specific columns."""
    path = call.body.get("path", "/")
    with call.stack.store.write_transaction() as db:
        if access.is_absolute(path):
            location = locate(call, db, path, None)
            project = location.project or find_project(call, db)
            if call.body.get("project", project) != project:
                raise bad_body(f"The folder {location} is not in project {call.body['project']}.")
        else:
            project = find_project(call, db)
            location = locate(call, db, path, project)
        folders.create_folder(db, location, call.caller.id)
        values = {
            "name": call.body.get("name", ""),
            "description": call.body.get("description", ""),
            "project": project,
            "root": location.root,
            "path": location.path,
            "owner": call.caller.id,
            "created": now(db),
            **columns,
        }
        cursor = db.execute(
            f"INSERT INTO {kind.table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608 - constants  # nosec B608
            list(values.values()),
        )
        if kind.taggable:
            db.executemany(
                "INSERT INTO tags (kind, resource, name, project, created) VALUES (?, ?, ?, ?, ?)",
                [(kind.name, cursor.lastrowid, tag, project, now(db)) for tag in get_job_tags(call.caller)],
            )
        return kind.show(find(call, db, kind, cursor.lastrowid or 0))


def get(call: Call, kind: ResourceKind) -> dict[str, Any]:
    """Return the resource in the path."""
    with call.stack.store.read_transaction() as db:
        return kind.show(find_named(call, db, kind, reading=True))


def update(call: Call, kind: ResourceKind, **columns: Any) -> dict[str, Any]:
    """Set the fields in the body; `columns` are values of kind-specific columns."""
    with call.stack.store.write_transaction() as db:
        row = find_named(call, db, kind)
        if "project" in call.body:
            require_member(db, call.caller, call.body["project"], writing=True)
            if call.body["project"] != row["project"]:
                db.execute(f"UPDATE {kind.table} SET path = NULL, root = '' WHERE id = ?", (row["id"],))  # noqa: S608 - constants  # nosec B608
        named = {name: call.body[name] for name in ("name", "description", "project") if name in call.body}
        for column, value in {**named, **columns}.items():
            db.execute(f"UPDATE {kind.table} SET {column} = ? WHERE id = ?", (value, row["id"]))  # noqa: S608 - constants  # nosec B608
        return kind.show(find_named(call, db, kind))


def delete(call: Call, kind: ResourceKind) -> None:
    """Move a resource to the trash, or purge it; kinds without a trash are always purged."""
    immediate = call.query.get("immediate", True)
    resource_id = call.path[kind.id_parameter]
    with call.stack.store.write_transaction() as db:
        row = find(call, db, kind, resource_id, trashed=immediate)
        if not immediate:
            move_to_trash(db, kind, resource_id, now(db))
            return
        finish = kind.purge(call, db, row)
        erase(db, kind, resource_id)
    finish()


def move_to_trash(db: sqlite3.Connection, kind: ResourceKind, resource_id: int, moment: str) -> None:
    """Soft-delete a resource; `moment` is the current time."""
    db.execute(f"UPDATE {kind.table} SET deleted = ? WHERE id = ?", (moment, resource_id))  # noqa: S608 - constants  # nosec B608


def erase(db: sqlite3.Connection, kind: ResourceKind, resource_id: int) -> None:
    """Remove a row with its tags and shares."""
    for hanging in ("tags", "shares"):
        db.execute(f"DELETE FROM {hanging} WHERE kind = ? AND resource = ?", (kind.name, resource_id))  # noqa: S608 - constants  # nosec B608
    db.execute(f"DELETE FROM {kind.table} WHERE id = ?", (resource_id,))  # noqa: S608 - constants  # nosec B608
