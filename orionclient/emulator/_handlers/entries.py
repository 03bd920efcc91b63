"""Entries of the virtual file system, which are folders and items: finding, selecting and showing them."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient.emulator._handlers import resources
from orionclient.emulator._problems import ProblemError, bad_body, not_found
from orionclient.emulator._store import access, folders
from orionclient.emulator._store.access import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient.emulator._http.call import Call, ResourceKind

Row = sqlite3.Row

_ADDRESS = re.compile(r"([a-z]+)://([0-9]+)")
_OF_ALL = "name, owner, project, created, full_root"
_FOLDER_COLUMNS = (
    f"'folder' AS type, NULL AS id, {_OF_ALL}, path AS place, '' AS deleted, NULL AS size, NULL AS count, NULL AS state"
)
_FOLDERS = "(SELECT *, substr(path, length(parent) + 1) AS name FROM folders{})"
# The index is named, because SQLite has no statistics to choose by.
SUBFOLDERS = _FOLDERS.format(" INDEXED BY folders_in_parent")
_ITEM_COLUMNS = {
    "file": "size, NULL AS count, state",
    "dataset": "NULL AS size, next_record - first_record AS count, NULL AS state",
    "collection": "NULL AS size, open_shards + temporary_shards + ready_shards AS count, state",
}


class Entry(NamedTuple):
    """A folder or an item.

    Args:
        location: The folder, or the folder of the item.
        row: The row; None for a root.
        kind: The kind of an item; None for a folder.
    """

    location: Location
    row: Row | None = None
    kind: ResourceKind | None = None

    @property
    def name(self) -> str:
        """Name of the item, or last name of the path of the folder; of a root, that of its path."""
        if self.kind is not None and self.row is not None:
            return str(self.row["name"])
        return str(self.location).rpartition("/")[2]

    @property
    def address(self) -> str:
        """Address of an item; path of a folder."""
        return str(self.location) if self.kind is None or self.row is None else f"{self.kind.name}://{self.row['id']}"


def list_kinds(call: Call) -> list[ResourceKind]:
    """List the kinds of items."""
    return [kind for kind in call.stack.kinds.values() if kind.in_folders]


def get_columns(kind: ResourceKind | None) -> tuple[str, str]:
    """Return the table of a kind, or that of folders, and the columns of an entry."""
    if kind is None:
        return _FOLDERS.format(""), _FOLDER_COLUMNS
    own = _ITEM_COLUMNS.get(kind.name, "NULL AS size, NULL AS count, NULL AS state")
    return (
        kind.table,
        f"'{kind.name}' AS type, id, {_OF_ALL}, coalesce(path, '') || '/' || name AS place, deleted, {own}",
    )


def show_row(row: Row) -> dict[str, Any]:
    """Convert a row with the columns of an entry to its JSON object."""
    shown = {name: row[name] for name in ("type", "id", "name", "owner", "project", "size", "count", "created")}
    state = {} if row["state"] is None else {"state": row["state"]}
    return {
        **shown,
        **state,
        "path": access.show_location(row["full_root"], row["place"]),
        "deleted": row["deleted"] or None,
    }


def show(db: sqlite3.Connection, entry: Entry) -> dict[str, Any]:
    """Convert an entry to its JSON object, as it is now."""
    if entry.row is None:
        nothing = dict.fromkeys(("id", "owner", "size", "count", "created", "deleted"))
        location = entry.location
        return {"type": "folder", "name": entry.name, "path": str(location), "project": location.project, **nothing}
    table, columns = get_columns(entry.kind)
    query = f"SELECT {columns} FROM {table} WHERE id = ?"  # noqa: S608 - constants  # nosec B608
    return show_row(db.execute(query, (entry.row["id"],)).fetchone())


def find(
    call: Call,
    db: sqlite3.Connection,
    path: str,
    problem: Callable[[str], ProblemError] = bad_body,
    *,
    trashed: bool = False,
) -> Entry:
    """Return the folder or item with a path or address, which the caller can read.

    Args:
        call: The request.
        db: The connection.
        path: The path or address.
        problem: Builds the error for a path outside every root.
        trashed: Whether an address includes the trash. Defaults to False.

    Raises:
        ProblemError: The path is outside every root, 404 if nothing has it, 409 if several items have it.
    """
    if match := _ADDRESS.fullmatch(path):
        kind, item_id = call.stack.kinds[match[1]], int(match[2])
        if item_id > access.MAX_ID:
            raise resources.build_missing_problem(kind.name, item_id)
        return _build_item(kind, resources.find(call, db, kind, item_id, trashed=trashed, reading=True))
    location = access.resolve(db, call.caller, path, problem)
    if location.path is None:
        return Entry(location)
    row = folders.find_folder(db, location)
    if row is not None:
        return Entry(location, row)
    found = find_items(call, db, location)
    if not found:
        raise not_found(f"The path {location} does not exist.")
    return require_single(location, found)


def require_single(location: Location, found: list[Entry]) -> Entry:
    """Return the only item with a path.

    Raises:
        ProblemError: 409, there are several.
    """
    if len(found) > 1:
        addresses = " and ".join(entry.address for entry in found[:10])
        raise ProblemError(409, f"The path {location} is ambiguous: it is that of {addresses}.", "ambiguous")
    return found[0]


def _build_item(kind: ResourceKind, row: Row) -> Entry:
    project = None if access.is_of_organization(row) else row["project"]
    return Entry(Location(project, row["root"], row["path"]), row, kind)


def find_items(call: Call, db: sqlite3.Connection, location: Location) -> list[Entry]:
    """List the items with a path."""
    folder, name = location.split()
    condition = "full_root = ? AND path IS ? AND name = ? AND deleted = '' ORDER BY id"
    return [
        _build_item(kind, row)
        for kind in list_kinds(call)
        for row in db.execute(
            f"SELECT * FROM {kind.table} WHERE {condition}",  # noqa: S608 - constants  # nosec B608
            (folder.full_root, folder.path, name),
        )
    ]


def list_tree(call: Call, db: sqlite3.Connection, folder: Location) -> Iterator[Entry]:
    """Yield a folder with all its subfolders, parents first, and the items in them."""
    condition, values = select_tree(folder)
    query = f"SELECT * FROM folders WHERE {condition} ORDER BY path"  # noqa: S608 - constants  # nosec B608
    for row in db.execute(query, values).fetchall():
        yield Entry(Location(row["project"], row["root"], row["path"]), row)
    for kind in list_kinds(call):
        query = f"SELECT * FROM {kind.table} WHERE {condition} AND deleted = ''"  # noqa: S608 - constants  # nosec B608
        for row in db.execute(query, values).fetchall():
            yield _build_item(kind, row)


def select_tree(folder: Location) -> tuple[str, tuple[str, ...]]:
    """Return the condition for the rows in a folder or its subfolders, and for the rows of these folders, and its values."""
    # The character after a slash is 0, so these paths are in one range of an index, with others such as that of the folder and a minus.
    path = folder.path or ""
    values = (folder.full_root, path, f"{path}0", path, f"{path}/")
    return "full_root = ? AND path >= ? AND path < ? AND (path = ? OR path > ?)", values
