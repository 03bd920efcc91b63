"""Functions for folders, which are paths in a project.

The rules are assumptions:

- A path starts at the root of its project; duplicate and trailing slashes are ignored.
- A folder exists with all its parents and is created when a resource is put into it. It stays: no operation that removes a folder
  is published.
- A resource is in at most one folder of its own project. Its `path` is the folder's path, without the name of the resource.
- A resource that is moved to another project is removed from its folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3


def normalize_path(path: str) -> str | None:
    """Return the canonical form of a path that the contract accepts; None for the root."""
    parts = [part for part in path.split("/") if part]
    return f"/{'/'.join(parts)}" if parts else None


def create_folder(db: sqlite3.Connection, project: int, path: str, owner: int) -> str | None:
    """Create a folder and its missing parents; returns the canonical path."""
    found = normalize_path(path)
    parts = (found or "").split("/")
    db.executemany(
        "INSERT INTO folders (project, path, owner, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(project, "/".join(parts[:end]), owner, now(db)) for end in range(2, len(parts) + 1)],
    )
    return found
