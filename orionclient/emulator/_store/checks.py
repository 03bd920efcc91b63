"""Checks of a data folder before it is used, and the conversion of errors of one that cannot be used."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from orionclient.emulator._problems import NO_SPACE, FolderError, describe_database_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE = "orion.sqlite"
# Damage of a larger database is found when it is read, because checking it would delay the start by seconds.
_MAX_CHECKED = 64 * 1024**2


def build_folder_error(path: Path, problem: str, advice: str = "") -> FolderError:
    """Return the error for a file of a data folder that cannot be used.

    Args:
        path: The file.
        problem: The end of a sentence about it.
        advice: What to do. Defaults to restoring the file.
    """
    advice = advice or f"restore {path.name} from a backup"
    return FolderError(
        f"{path} of the local Orion {problem}; nothing in {path.parent} was deleted or overwritten: {advice}, or use another folder"
    )


@contextmanager
def convert_errors(folder: Path) -> Iterator[None]:
    """Convert errors of SQLite and of files to `FolderError`. Errors without a path, as of a port, are raised unchanged."""
    try:
        yield
    except sqlite3.Error as error:
        raise _convert(folder / DATABASE, error) from error
    except OSError as error:
        if error.filename is None and error.errno not in NO_SPACE:
            raise
        raise FolderError(
            f"the local Orion cannot use {error.filename or folder}: {error.strerror};"
            f" nothing in {folder} was deleted or overwritten"
        ) from error


def _convert(path: Path, error: sqlite3.Error) -> FolderError:
    is_damaged = (description := describe_database_error(error)).startswith("is damaged")
    return build_folder_error(path, description, "" if is_damaged else "retry when the cause is removed")


def check_database(folder: Path) -> bool:
    """Check the database of a folder on a read-only connection, which never changes a damaged file.

    Returns:
        Whether the folder is new: it has neither a database nor content that belongs to one.

    Raises:
        FolderError: The database is missing, not a file, not a database, or damaged.
    """
    path = folder / DATABASE
    if not path.exists():
        if any(any(folder.glob(pattern)) for pattern in ("blobs/*/*", "jobs/*", "packages/*")):
            raise build_folder_error(path, "is missing, but the folder has content that belongs to it")
        return True
    if not path.is_file():
        raise build_folder_error(path, "is not a file")
    if path.stat().st_size == 0:
        # SQLite would delete the write-ahead log of an empty database, which may still have its data.
        raise build_folder_error(path, "is empty")
    if path.stat().st_size <= _MAX_CHECKED:
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
                # The quick check compares no indexes with their tables, so it reads each page once.
                ((result,),) = db.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.Error as error:
            raise _convert(path, error) from error
        if result != "ok":
            raise build_folder_error(path, f"is damaged ({str(result).splitlines()[-1]})")
    return False
