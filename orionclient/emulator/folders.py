"""Folders: paths in a project.

The rules are assumptions:

- A path is written from the root of its project; retried slashes and one at the end do not count.
- A folder exists with all above it, is made where something is put into it, and stays: no operation that removes one is published.
- A resource lies in one folder of its own project at most. Its `path` is that of the folder, without the resource's own name.
- A resource that moves to another project leaves its folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.emulator.store import now

if TYPE_CHECKING:
    import sqlite3


def normalize_path(path: str) -> str | None:
    """The one way to write a path that the contract accepts; None for the root."""
    parts = [part for part in path.split("/") if part]
    return f"/{'/'.join(parts)}" if parts else None


def create_folder(db: sqlite3.Connection, project: int, path: str, owner: int) -> str | None:
    """Make what is missing of a path; gives its normal form."""
    found = normalize_path(path)
    parts = (found or "").split("/")
    db.executemany(
        "INSERT INTO folders (project, path, owner, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(project, "/".join(parts[:end]), owner, now()) for end in range(2, len(parts) + 1)],
    )
    return found
