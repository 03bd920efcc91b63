"""The access rule: which roots of the virtual file system a user sees, and which resources the user may change.

The rules are assumptions. Every resource and folder is in one root, and access to it is that to its root:

- `/project/<id>/team` belongs to the members of the project. Resources are there unless they are created in another root or moved to it,
  and so are all resources that cannot be in a folder.
- `/project/<id>/user/<username>` belongs to this user, who must be a member of the project.
- `/project/<id>/workspace/<id>` belongs to the users of the workspace.
- `/organization` belongs to the users of the organization: all of them can add folders and resources, but only the owner of a folder or
  resource can change it. A resource in it still has a project.

A root that the user does not see does not exist for the user (404). Shares give read access in addition (see `sharing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orionclient.emulator._problems import bad_body, not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from orionclient.emulator._problems import ProblemError
    from orionclient.emulator._store.credentials import Caller

# Indexes of each kind have these columns, so that counts read no rows.
_OTHER_ROOTS = (
    "((project, root) IN (SELECT project, 'user/' || username"
    " FROM members JOIN users ON users.id = members.user WHERE user = ?"
    " UNION ALL SELECT project, 'workspace/' || id FROM workspaces"
    " WHERE id IN (SELECT workspace FROM workspace_users WHERE user = ?))"
    " OR root IN (SELECT 'organization/' || organization FROM users WHERE id = ?))"
)
# Most rows are in the roots of teams, for which no strings are compared.
_VISIBLE = (
    f"((root = '' AND project IN (SELECT project FROM members WHERE user = ?)) OR (root <> '' AND {_OTHER_ROOTS}))"  # noqa: S608 - constants  # nosec B608
)
_VISIBLE_IN_PROJECTS = f"(root = '' OR {_OTHER_ROOTS})"
# The largest id that SQLite can compare.
MAX_ID = 2**63 - 1
_ROOT_FORMS = "/project/<id>/team, /project/<id>/user/<username>, /project/<id>/workspace/<id> and /organization"


class Location(NamedTuple):
    """A folder, which may not exist.

    Args:
        project: Id of the project; None in the organization.
        root: The column `root`.
        path: Path from the root, without a trailing slash; None for the root itself.
    """

    project: int | None
    root: str
    path: str | None

    @property
    def full_root(self) -> str:
        """The column `full_root`."""
        return f"/{self.root}" if self.project is None else f"/project/{self.project}/{self.root or 'team'}"

    def split(self) -> tuple[Location, str]:
        """Return the parent of a folder that is not a root, and its last name."""
        names = split_path(self.path or "")
        return self._replace(path=join_names(names[:-1])), names[-1]

    def join(self, name: str) -> Location:
        """Return a subfolder."""
        return self._replace(path=f"{self.path or ''}/{name}")

    def __str__(self) -> str:
        return show_location(self.full_root, self.path)


def visible_rows(user: int) -> tuple[str, list[int]]:
    """Return the condition that a row is in a root that the user sees, and its values."""
    return _VISIBLE, [user] * _VISIBLE.count("?")


def visible_rows_of_projects(user: int) -> tuple[str, list[int]]:
    """Return `visible_rows` for the rows of projects that the user is a member of."""
    return _VISIBLE_IN_PROJECTS, [user] * _VISIBLE_IN_PROJECTS.count("?")


def changeable_rows(user: int) -> tuple[str, list[int]]:
    """Return the condition that the user may change a row, whatever the state of its project, and its values."""
    visible, values = visible_rows(user)
    return f"({visible} AND (owner = ? OR root NOT LIKE 'organization/%'))", [*values, user]


def may_see(db: sqlite3.Connection, user: int, row: sqlite3.Row) -> bool:
    """Return whether the user sees the root of a resource or folder, as `visible_rows`."""
    return _sees_root(db, user, row["project"], row["root"])


def may_change(db: sqlite3.Connection, user: int, row: sqlite3.Row) -> bool:
    """Return whether the user may change a resource or folder, as `changeable_rows`."""
    return may_see(db, user, row) and (row["owner"] == user or not is_of_organization(row))


def _sees_root(db: sqlite3.Connection, user: int, project: int | None, root: str) -> bool:
    if project is not None and project > MAX_ID:
        return False
    condition, values = visible_rows(user)
    query = f"SELECT 1 FROM (SELECT ? AS project, ? AS root) WHERE {condition}"  # noqa: S608 - constants  # nosec B608
    return db.execute(query, [project, root, *values]).fetchone() is not None


def is_of_organization(row: sqlite3.Row) -> bool:
    """Return whether a resource or folder is in the root of an organization."""
    return bool(row["root"].startswith("organization/"))


def split_path(path: str) -> list[str]:
    """Return the names in a path."""
    return [name for name in path.split("/") if name]


def join_names(names: list[str]) -> str | None:
    """Return the canonical path of names; None for the root."""
    return f"/{'/'.join(names)}" if names else None


def show_location(full_root: str, path: str | None) -> str:
    """Return an absolute path."""
    return ("/organization" if full_root.startswith("/organization/") else full_root) + (path or "")


def locate_row(row: sqlite3.Row) -> str:
    """Return the absolute path of the folder of a resource, or of a folder."""
    return show_location(row["full_root"], row["path"])


def is_absolute(path: str) -> bool:
    """Return whether a path starts with a root, rather than being relative to the team root of a project."""
    return split_path(path)[:1] in (["project"], ["organization"])


def resolve(
    db: sqlite3.Connection, caller: Caller, path: str, problem: Callable[[str], ProblemError] = bad_body
) -> Location:
    """Return the location of an absolute path that the contract accepts.

    Args:
        db: The connection.
        caller: The user.
        path: The path.
        problem: Builds the error for a path outside every root.

    Raises:
        ProblemError: The path is outside every root, or 404 if the user does not see its root.
    """
    match split_path(path):
        case ["organization", *names]:
            found = Location(None, f"organization/{caller.organization}", join_names(names))
        case ["project", project, "team", *names] if _is_id(project):
            found = Location(int(project), "", join_names(names))
        case ["project", project, "user", username, *names] if _is_id(project):
            found = Location(int(project), f"user/{username}", join_names(names))
        case ["project", project, "workspace", workspace, *names] if _is_id(project) and _is_id(workspace):
            found = Location(int(project), f"workspace/{int(workspace)}", join_names(names))
        case _:
            raise problem(f'The path "{path}" is outside every root; the roots are {_ROOT_FORMS}.')
    if not _sees_root(db, caller.id, found.project, found.root):
        raise not_found(f"The root {show_location(found.full_root, None)} does not exist.")
    return found


def _is_id(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 20
