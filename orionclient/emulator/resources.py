"""What files and datasets have in common: projects, permissions, trash, listing, changing.

The rules are assumptions, for Orion's own are not published:

- A user sees the resources of the projects that the user is a member of, and reads those that are shared with the user
  (see `sharing`). Any other resource responds to 403, and so does changing what is only shared.
- An unknown id, and an id in the trash, responds to 404, also to those who would get 403 otherwise.
- DELETE moves to the trash, where only a listing with `deleted=true` shows the resource. With `immediate` it goes for
  good, and that works from the trash too. Nothing comes back out of the trash, for no such operation is published.
- A change sets the named fields only. Moving to another project needs membership in both and leaves the folder.
- Naming a project (in a filter, to put something there, for tags) that the user is not a member of responds to 403, also
  when there is no such project: 404 is kept for what the path names.
- A resource made without a project goes to the default project of its maker.
- What a job makes carries the tag `Job <id>` from the start, where its kind can be tagged.
- Nothing is written into an archived project: making, changing, deleting, tagging and sharing there response 403, and so does moving
  something to it. Reading goes on.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orionclient.emulator import folders, sharing
from orionclient.emulator.paging import ListQuery, build_page
from orionclient.emulator.problems import bad_body, forbidden, not_found
from orionclient.emulator.store import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from orionclient.emulator.call import Call
    from orionclient.emulator.credentials import Caller

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource that lies in a project.

    Args:
        name: As in the paths of the operations for tags and shares.
        table: Its table, made by `table`.
        id_parameter: Name of the path parameter.
        show: The wire form of a row.
        purge: Removes what hangs on a row; gives what remains to be done once the row is surely gone.
        taggable: True where it can carry tags.
        sharable: True where it can be shared.
        in_folders: True where it can lie in a folder.
    """

    name: str
    table: str
    id_parameter: str
    show: Callable[[Row], dict[str, Any]]
    purge: Callable[[Call, sqlite3.Connection, Row], Callable[[], None]] = lambda _call, _db, _row: _no_op
    taggable: bool = False
    sharable: bool = False
    in_folders: bool = False


def _no_op() -> None:
    """Nothing remains to be done."""


def create_table_statement(name: str, *columns: str) -> str:
    """SQL that makes the table of a kind: what all kinds have, and columns of its own."""
    own = "".join(f",\n    {column}" for column in columns)
    return f"""
CREATE TABLE IF NOT EXISTS {name} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT{own}
) STRICT;
CREATE INDEX IF NOT EXISTS {name}_of_project ON {name} (project, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS {name}_in_folder ON {name} (path, id) WHERE deleted = '';
CREATE INDEX IF NOT EXISTS {name}_in_trash ON {name} (project, id) WHERE deleted <> '';
"""


def is_member(db: sqlite3.Connection, caller: Caller, project: int) -> bool:
    """Whether the caller works in the project."""
    query = "SELECT 1 FROM members WHERE user = ? AND project = ?"
    return db.execute(query, (caller.id, project)).fetchone() is not None


def require_member(db: sqlite3.Connection, caller: Caller, project: int, *, writing: bool = False) -> None:
    """403 for a project that a request names and the caller does not work in, whether or not it exists; `writing` needs an open one."""
    if not is_member(db, caller, project):
        raise forbidden(f"You are not a member of project {project}.")
    if writing:
        _require_open(db, project)


def _require_open(db: sqlite3.Connection, project: int) -> None:
    if db.execute("SELECT archived FROM projects WHERE id = ?", (project,)).fetchone()[0]:
        raise forbidden(f"Project {project} is archived.")


def narrow_to_projects(call: Call, db: sqlite3.Connection, listing: ListQuery) -> None:
    """Keep what lies in the project that the query names, else in any project of the caller."""
    if "project" in call.query:
        require_member(db, call.caller, call.query["project"])
        listing.narrow("project = ?", call.query["project"])
    else:
        listing.narrow("project IN (SELECT project FROM members WHERE user = ?)", call.caller.id)


def find_project(call: Call, db: sqlite3.Connection) -> int:
    """The project that the body names, else the caller's default one."""
    project: int | None = call.body.get("project", call.caller.default_project)
    if project is None:
        raise bad_body("You have no default project; name one.")
    require_member(db, call.caller, project, writing=True)
    return project


def find(
    call: Call,
    db: sqlite3.Connection,
    kind: ResourceKind,
    number: int,
    *,
    trashed: bool = False,
    archived: bool = False,
    reading: bool = False,
) -> Row:
    """The row of a resource that the caller may change or, with `reading`, only read.

    `trashed` finds it in the trash too, `archived` in an archived project, as `reading` does.
    """
    query = f"SELECT * FROM {kind.table} WHERE id = ?"  # noqa: S608 - the table is a constant  # nosec B608
    row: Row | None = db.execute(query, (number,)).fetchone()
    if row is None or (row["deleted"] and not trashed):
        raise not_found(f"There is no {kind.name} {number}.")
    if is_member(db, call.caller, row["project"]):
        if not (reading or archived):
            _require_open(db, row["project"])
        return row
    shared = not row["deleted"] and sharing.is_shared_with(db, kind.name, number, call.caller.id)
    if shared and reading:
        return row
    if shared:
        raise forbidden(f"The {kind.name} {number} is shared with you for reading only.")
    raise forbidden(f"The {kind.name} {number} belongs to a project that you are not a member of.")


def find_named(call: Call, db: sqlite3.Connection, kind: ResourceKind, *, reading: bool = False) -> Row:
    """The row that the path names."""
    return find(call, db, kind, call.path[kind.id_parameter], reading=reading)


def list_kind(call: Call, kind: ResourceKind, **columns: str | int | None) -> dict[str, Any]:
    """A page of resources; `columns` are further exact filters, left out where None."""
    query = call.query
    # Kinds without a trash or folders do not have these parameters.
    trashed = query.get("deleted", False)
    listing = ListQuery(kind.table)
    listing.narrow("deleted <> ''" if trashed else "deleted = ''")
    if "name" in query:
        # lower() and instr() of SQLite know ASCII letters only, as the contract says.
        listing.narrow("instr(lower(name), lower(?)) > 0", query["name"])
    for tag in dict.fromkeys(query.get("tags", ())):
        listing.narrow(
            "id IN (SELECT resource FROM tags WHERE kind = ? AND name = ?"
            " AND project IN (SELECT project FROM members WHERE user = ?))",
            kind.name,
            tag,
            call.caller.id,
        )
    if "path" in query:
        listing.narrow("path IS ?", folders.normalize_path(query["path"]))
    for column, value in columns.items():
        if value is not None:
            listing.narrow(f"{column} = ?", value)
    with call.stack.store.reading() as db:
        if "project" in query or trashed:
            narrow_to_projects(call, db, listing)
        else:
            shared, values = sharing.shared_with(kind.name, call.caller.id)
            mine = "project IN (SELECT project FROM members WHERE user = ?)"
            listing.narrow(f"({mine} OR id IN ({shared}))", call.caller.id, *values)
        return build_page(call, db, listing, kind.show)


def create(call: Call, kind: ResourceKind, **columns: Any) -> dict[str, Any]:
    """A new resource from the body; `columns` are values of the kind's own."""
    with call.stack.store.writing() as db:
        project = find_project(call, db)
        path = folders.create_folder(db, project, call.body.get("path", "/"), call.caller.id)
        values = {
            "name": call.body.get("name", ""),
            "description": call.body.get("description", ""),
            "project": project,
            "path": path,
            "owner": call.caller.id,
            "created": now(),
            **columns,
        }
        cursor = db.execute(
            f"INSERT INTO {kind.table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608 - constants  # nosec B608
            list(values.values()),
        )
        if call.caller.job is not None and kind.taggable:
            db.execute(
                "INSERT INTO tags (kind, resource, name, project, created) VALUES (?, ?, ?, ?, ?)",
                (kind.name, cursor.lastrowid, f"Job {call.caller.job}", project, now()),
            )
        return kind.show(find(call, db, kind, cursor.lastrowid or 0))


def get(call: Call, kind: ResourceKind) -> dict[str, Any]:
    """The resource that the path names."""
    with call.stack.store.reading() as db:
        return kind.show(find_named(call, db, kind, reading=True))


def update(call: Call, kind: ResourceKind, **columns: Any) -> dict[str, Any]:
    """Set the fields that the body names; `columns` are values of the kind's own."""
    with call.stack.store.writing() as db:
        row = find_named(call, db, kind)
        if "project" in call.body:
            require_member(db, call.caller, call.body["project"], writing=True)
            if call.body["project"] != row["project"]:
                db.execute(f"UPDATE {kind.table} SET path = NULL WHERE id = ?", (row["id"],))  # noqa: S608 - constants  # nosec B608
        named = {name: call.body[name] for name in ("name", "description", "project") if name in call.body}
        for column, value in {**named, **columns}.items():
            db.execute(f"UPDATE {kind.table} SET {column} = ? WHERE id = ?", (value, row["id"]))  # noqa: S608 - constants  # nosec B608
        return kind.show(find_named(call, db, kind))


def delete(call: Call, kind: ResourceKind) -> None:
    """Move to the trash, or purge; kinds without a trash are always purged."""
    immediate = call.query.get("immediate", True)
    number = call.path[kind.id_parameter]
    with call.stack.store.writing() as db:
        row = find(call, db, kind, number, trashed=immediate)
        if not immediate:
            db.execute(f"UPDATE {kind.table} SET deleted = ? WHERE id = ?", (now(), number))  # noqa: S608 - constants  # nosec B608
            return
        finish = kind.purge(call, db, row)
        erase(db, kind, number)
    finish()


def erase(db: sqlite3.Connection, kind: ResourceKind, number: int) -> None:
    """Remove a row with its tags and shares."""
    for hanging in ("tags", "shares"):
        db.execute(f"DELETE FROM {hanging} WHERE kind = ? AND resource = ?", (kind.name, number))  # noqa: S608 - constants  # nosec B608
    db.execute(f"DELETE FROM {kind.table} WHERE id = ?", (number,))  # noqa: S608 - constants  # nosec B608
