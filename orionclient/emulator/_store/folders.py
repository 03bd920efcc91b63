"""Functions for folders, which are paths in a root.

The rules are assumptions:

- Duplicate and trailing slashes in a path are ignored.
- A folder exists with all its parents and is created when a resource is put into it.
- A resource is in at most one folder. Its `path` is the folder's path in its root, without the name of the resource.
- A resource that is moved to another project is removed from its folder, to the team root of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.emulator._problems import ProblemError, not_found
from orionclient.emulator._store.access import join_names, split_path
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

    from orionclient.emulator._store.access import Location


def normalize_path(path: str) -> str | None:
    """Return the canonical form of a path that the contract accepts; None for the root."""
    return join_names(split_path(path))


def find_folder(db: sqlite3.Connection, location: Location) -> sqlite3.Row | None:
    """Return the row of a folder; None if it does not exist or is a root."""
    query = "SELECT * FROM folders WHERE full_root = ? AND path = ?"
    row: sqlite3.Row | None = db.execute(query, (location.full_root, location.path)).fetchone()
    return row


def create_folder(db: sqlite3.Connection, location: Location, owner: int) -> None:
    """Create a folder and its missing parents; existing folders are left unchanged."""
    names = split_path(location.path or "")
    db.executemany(
        "INSERT INTO folders (project, root, path, owner, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (location.project, location.root, join_names(names[:end]), owner, now(db))
            for end in range(1, len(names) + 1)
        ],
    )


def create_only(db: sqlite3.Connection, location: Location, owner: int) -> None:
    """Create a folder whose parent exists.

    Raises:
        ProblemError: 404 if its parent does not exist, 409 if the folder exists.
    """
    if location.path is None or find_folder(db, location) is not None:
        raise ProblemError(409, f"The folder {location} exists.", "exists")
    parent = location.split()[0]
    if parent.path is not None and find_folder(db, parent) is None:
        raise not_found(f"The folder {parent} does not exist; it is created only with parents.", "no_parent")
    create_folder(db, location, owner)


def require_folder(db: sqlite3.Connection, location: Location) -> None:
    """Raise a 404 if a folder does not exist."""
    if location.path is not None and find_folder(db, location) is None:
        raise not_found(f"The folder {location} does not exist.")
