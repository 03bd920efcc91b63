"""Handlers for the virtual file system: listing, copying, moving and removing folders and items by path.

The rules are assumptions:

- Names of items need not be unique. A path that names a folder and items is that of the folder; one that names several items is ambiguous.
- Adding to a folder needs access to its root. Moving and removing need permission to change everything that is moved or removed.
- A copy belongs to the caller and has no tags and no shares; a moved item keeps its owner, tags and shares.
- An item in another project belongs to that project afterwards. In `/organization`, a moved item keeps its project, and a copy belongs to
  the default project of the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient.emulator._handlers import collections, copies, entries, filters, resources
from orionclient.emulator._handlers.entries import Entry
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_next_link, decode_cursor, encode_cursor
from orionclient.emulator._problems import ProblemError, bad_body, bad_parameter, forbidden
from orionclient.emulator._store import access, folders
from orionclient.emulator._store.access import Location
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from orionclient.emulator._http.call import ResourceKind
    from orionclient.emulator._store.store import StoreConnection

MAX_NAME, MAX_PATH = 255, 1000

# The position of an entry in each order, behind the folders: a string and an id, and for folders the path as well.
_ORDERS = {"name": "name", "id": "''", "created": "created", "type": "type"}
_POSITION = ("rank", "first", "second", "third")


class _Arm(NamedTuple):
    """The selected entries of one kind."""

    listing: ListQuery
    columns: str
    position: tuple[str, ...]


def get_entry(call: Call) -> dict[str, Any]:
    """Return the folder or item with a path or address."""
    with call.stack.store.read_transaction() as db:
        return entries.show(db, entries.find(call, db, call.query["path"], bad_parameter))


def list_entries(call: Call) -> dict[str, Any]:
    """Return a page of the entries of a folder, folders first."""
    with call.stack.store.read_transaction() as db:
        return _build_page(call, db, list(_select(call, db)))


def _select(call: Call, db: sqlite3.Connection) -> Iterator[_Arm]:
    query, path = call.query, call.query["path"]
    order = _ORDERS[query["order_by"].removeprefix("-")]
    alone = None
    if query["deleted"] and access.is_absolute(path):
        # The folder itself may have been removed.
        location = access.resolve(db, call.caller, path, bad_parameter)
    else:
        found = entries.find(call, db, path, bad_parameter, trashed=query["deleted"])
        location, alone = found.location, found if found.kind else None
    for kind in (None, *entries.list_kinds(call)):
        name = kind.name if kind else "folder"
        if name not in query.get("types", [name]) or (alone and kind is not alone.kind):
            continue
        if kind is None and (query["deleted"] or query["expired"] or "tags" in query):
            continue
        table, columns = entries.get_columns(kind)
        listing = ListQuery(table if kind else entries.SUBFOLDERS, ["full_root = ?"], [location.full_root])
        if kind is None:
            listing.narrow("parent = ?", f"{location.path or ''}/")
            position = ("0", "created" if order == "created" else "path", "0", "path")
        else:
            listing.narrow("path IS ?", location.path)
            resources.narrow_to_trash(call, listing)
            resources.narrow_by_tags(call, listing, kind)
            position = ("1", f"'{name}'" if order == "type" else order, "id", f"'{name}'")
        if alone and alone.row is not None:
            listing.narrow("id = ?", alone.row["id"])
        filters.narrow_by_name(listing, query)
        if "owner" in query:
            listing.narrow("owner = ?", query["owner"])
        yield _Arm(listing, columns, position)


def _build_page(call: Call, db: StoreConnection, arms: list[_Arm]) -> dict[str, Any]:
    """Return a page of entries of all kinds; each kind is read in its order, and no further than needed."""
    limit, order = call.query["limit"], call.query["order_by"]
    direction, comparison = (" DESC", "<") if order.startswith("-") else ("", ">")
    scope = f"{call.operation.id} {order}"
    start: list[Any] = []
    if "cursor" in call.query:
        start = decode_cursor(scope, call.query["cursor"], (int, str, int, str))
    # At most the largest integer of SQLite.
    end = min(limit + 1 + (0 if start else call.query.get("offset", 0)), access.MAX_ID)
    count, selects, values = 0, [], []
    for listing, columns, position in arms:
        query = f"SELECT count(*) FROM {listing.table} {listing.where()}"  # noqa: S608 - constants  # nosec B608
        count += db.count(query, listing.values)
        if start and int(position[0]) < start[0]:
            continue
        after = int(position[0]) == start[0] if start else False
        where = listing.where(f"({', '.join(position[1:])}) {comparison} (?, ?, ?)") if after else listing.where()
        named = ", ".join(f"{each} AS {name}" for each, name in zip(position, _POSITION, strict=True))
        ordered = ", ".join(f"{each}{direction}" for each in position[1:] if each[0] not in "0'")
        selects.append(
            f"SELECT * FROM (SELECT {columns}, {named} FROM {listing.table} {where} ORDER BY {ordered} LIMIT ?)"  # noqa: S608 - constants  # nosec B608
        )
        values += [*listing.values, *(start[1:] if after else ()), end]
    if not selects:
        return {"count": count, "next": None, "results": []}
    rows = db.execute(
        f"{' UNION ALL '.join(selects)} ORDER BY rank, first{direction}, second{direction}, third{direction} LIMIT ? OFFSET ?",
        [*values, limit + 1, end - limit - 1],
    ).fetchall()
    more = len(rows) > limit
    cursor = encode_cursor(scope, [rows[limit - 1][name] for name in _POSITION]) if more else ""
    return {
        "count": count,
        "next": build_next_link(call, cursor) if more else None,
        "results": [entries.show_row(row) for row in rows[:limit]],
    }


class _Step(NamedTuple):
    """A source of a copy or move, and its new folder and name."""

    source: Entry
    parent: Location
    name: str


def copy_entries(call: Call) -> dict[str, Any]:
    """Copy items, and folders with their content."""
    caller = call.caller.id
    with call.stack.store.write_transaction() as db, copies.copied_blobs(call.stack.blobs) as blobs:
        steps = _plan(call, db, _find_sources(call, db))
        for source, _, _ in steps:
            if source.kind is None and not call.body.get("recursive", False):
                raise ProblemError(
                    400, f"{source.location} is a folder; it is copied only with recursive.", "is_folder"
                )
        project = steps[0].parent.project
        if project is None:
            project = resources.find_project(call, db)
        results = []
        for source, parent, name in steps:
            _clear(call, db, source, parent, name)
            if source.kind is not None and source.row is not None:
                item_id = copies.copy_item(
                    db, blobs, source.kind, source.row, copies.Target(caller, project, parent, name)
                )
                results.append(_show_item(db, source.kind, item_id))
                continue
            target = parent.join(name)
            for entry in list(entries.list_tree(call, db, source.location)):
                location = _rebase(entry.location, source.location, target)
                if entry.kind is None or entry.row is None:
                    folders.create_folder(db, location, call.caller.id)
                else:
                    copies.copy_item(
                        db, blobs, entry.kind, entry.row, copies.Target(caller, project, location, entry.name)
                    )
            results.append(entries.show(db, Entry(target, folders.find_folder(db, target))))
    return {"results": results}


def move_entries(call: Call) -> dict[str, Any]:
    """Move or rename items and folders."""
    with call.stack.store.write_transaction() as db:
        steps = _plan(call, db, _find_sources(call, db))
        for source, _, _ in steps:
            _require_change(call, db, source)
        results = []
        for source, parent, name in steps:
            _clear(call, db, source, parent, name)
            if source.kind is not None and source.row is not None:
                resources.place(db, source.kind, source.row, parent, name)
                results.append(_show_item(db, source.kind, source.row["id"]))
            else:
                target = parent.join(name)
                _move_folder(call, db, source.location, target)
                results.append(entries.show(db, Entry(target, folders.find_folder(db, target))))
    return {"results": results}


def remove_entries(call: Call) -> dict[str, Any]:
    """Move items to the trash or delete them, and remove folders."""
    later: list[tuple[Any, ...]] = []
    with call.stack.store.write_transaction() as db:
        removed: list[Entry] = []
        for source in _find_sources(call, db):
            _require_change(call, db, source)
            found = [source] if source.kind else list(entries.list_tree(call, db, source.location))
            if len(found) > 1 and not call.body.get("recursive", False):
                raise ProblemError(
                    409, f"The folder {source.location} is not empty; it is removed only with recursive.", "not_empty"
                )
            removed += found
        shown = [entries.show(db, entry) for entry in removed]
        if not call.body.get("dry_run", False):
            moment, immediate = now(db), call.body.get("immediate", False)
            for (_, row, kind), each in zip(removed, shown, strict=True):
                if row is None:
                    continue
                if kind is None:
                    db.execute("DELETE FROM folders WHERE id = ?", (row["id"],))
                    continue
                if immediate:
                    later.append(_purge(call, db, kind, row, moment))
                else:
                    resources.move_to_trash(db, kind, row["id"], moment)
                each["deleted"] = moment
    # With an idempotency key, the work starts when the transaction of the request is committed.
    for function, *arguments in later:
        call.stack.work.submit(function, *arguments)
    return {"results": sorted(shown, key=lambda each: (each["path"], each["type"], each["id"] or 0))}


def _find_sources(call: Call, db: sqlite3.Connection) -> list[Entry]:
    """Return the sources in the body; none is a root, or lies in another one or is given twice."""
    sources = [entries.find(call, db, path) for path in call.body["sources"]]
    addresses = [source.address for source in sources]
    for address in addresses:
        if addresses.count(address) > 1:
            raise bad_body(f"The source {address} is given twice.")
    trees = [source for source in sources if source.kind is None]
    for source in sources:
        if source.row is None:
            raise bad_body(f"{source.location} is a root; it cannot be copied, moved or removed.")
        for other in trees:
            if other is not source and _is_in(source.location, other.location):
                raise bad_body(f"The source {source.address} is in the source {other.location}.")
    return sources


def _is_in(location: Location, folder: Location) -> bool:
    """Return whether a folder is another one or one of its subfolders."""
    return location.full_root == folder.full_root and f"{location.path or ''}/".startswith(f"{folder.path or ''}/")


def _plan(call: Call, db: sqlite3.Connection, sources: list[Entry]) -> list[_Step]:
    """Return the new folder and name of each source."""
    path = call.body["destination"]
    if not access.is_absolute(path):
        raise bad_body(f"The destination {path} is outside every root.")
    destination = resources.locate(call, db, path, None)
    if destination.path is None or path.endswith("/") or folders.find_folder(db, destination) is not None:
        folders.require_folder(db, destination)
        steps = [_Step(source, destination, source.name) for source in sources]
    elif len(sources) > 1:
        raise bad_body(f"The folder {destination} does not exist, and several sources need one.")
    else:
        parent, name = destination.split()
        folders.require_folder(db, parent)
        steps = [_Step(sources[0], parent, name)]
    names = [step.name for step in steps]
    for source, parent, name in steps:
        if names.count(name) > 1:
            raise ProblemError(409, f"Several sources are named {name}.", "exists")
        if source.kind is None and _is_in(parent.join(name), source.location):
            raise bad_body(f"The folder {source.location} cannot be copied or moved into itself.")
        if source.kind is not None and (source.location, source.name) == (parent, name):
            raise ProblemError(409, f"The item {source.address} is in {parent} under this name already.", "exists")
        if source.kind is not None and len(name) > MAX_NAME:
            raise bad_body(f"The name of an item has at most {MAX_NAME} characters.")
    return steps


def _clear(call: Call, db: sqlite3.Connection, source: Entry, parent: Location, name: str) -> None:
    """Check that a name is free in a folder; with `force`, move the item of this name to the trash."""
    # An item whose name is no name of a path can be in a folder repeatedly.
    if source.kind is not None and ("/" in name or name in {".", ".."}):
        return
    target = parent.join(name)
    if folders.find_folder(db, target) is not None:
        raise ProblemError(409, f"The folder {target} exists.", "exists")
    found = entries.find_items(call, db, target)
    if not found:
        return
    if not call.body.get("force", False):
        raise ProblemError(409, f"The item {target} exists ({found[0].address}); use force to replace it.", "exists")
    old = entries.require_single(target, found)
    _require_change(call, db, old)
    if old.kind is not None and old.row is not None:
        resources.move_to_trash(db, old.kind, old.row["id"], now(db))


def _require_change(call: Call, db: sqlite3.Connection, source: Entry) -> None:
    """Raise a 403 unless the caller may change an item, or a folder and everything in it."""
    if source.kind is not None and source.row is not None:
        resources.find(call, db, source.kind, source.row["id"])
        return
    # The root is known to be visible; this checks that its project is not archived.
    resources.locate(call, db, str(source.location), None)
    if source.row is None or not access.is_of_organization(source.row):
        return
    for entry in entries.list_tree(call, db, source.location):
        if entry.row is not None and not access.may_change(db, call.caller.id, entry.row):
            raise forbidden(f"{entry.address} in /organization can be changed by its owner only.")
        if entry.kind is not None:
            _require_change(call, db, entry)


def _rebase(location: Location, source: Location, target: Location) -> Location:
    """Return the location in a copy or moved folder."""
    path = f"{target.path or ''}{(location.path or '')[len(source.path or '') :]}"
    if len(path) > MAX_PATH:
        raise bad_body(f"The path of a folder would have more than {MAX_PATH} characters.")
    return target._replace(path=path)


def _move_folder(call: Call, db: sqlite3.Connection, source: Location, target: Location) -> None:
    condition, values = entries.select_tree(source)
    query = f"SELECT path FROM folders WHERE {condition}"  # noqa: S608 - constants  # nosec B608
    for (path,) in db.execute(query, values).fetchall():
        _rebase(source._replace(path=path), source, target)
    moved = "root = ?, path = ? || substr(path, ?)"
    new = [target.root, target.path, len(source.path or "") + 1]
    query = f"UPDATE folders SET project = ?, {moved} WHERE {condition}"  # noqa: S608 - constants  # nosec B608
    db.execute(query, [target.project, *new, *values])
    for kind in entries.list_kinds(call):
        query = f"UPDATE {kind.table} SET project = coalesce(?, project), {moved} WHERE {condition} AND deleted = ''"  # noqa: S608 - constants  # nosec B608
        db.execute(query, [target.project, *new, *values])


def _purge(call: Call, db: sqlite3.Connection, kind: ResourceKind, row: sqlite3.Row, moment: str) -> tuple[Any, ...]:
    """Delete an item permanently; returns a function with its arguments to call after the transaction."""
    if kind is collections.COLLECTIONS:
        # The rest of a large one is deleted in the background, where it is not seen.
        resources.move_to_trash(db, kind, row["id"], moment)
        return collections.schedule_next, call.stack, row["id"], collections.start_deletion(db, row["id"]), 0.0
    finish = kind.purge(call, db, row)
    resources.erase(db, kind, row["id"])
    return (finish,)


def _show_item(db: sqlite3.Connection, kind: ResourceKind, item_id: int) -> dict[str, Any]:
    row = resources.find_row(db, kind.name, kind.table, item_id)
    return entries.show(db, Entry(Location(None, "", None), row, kind))


HANDLERS = {
    "list_entries": Handler(list_entries),
    "get_entry": Handler(get_entry),
    "copy_entries": Handler(copy_entries),
    "move_entries": Handler(move_entries),
    "remove_entries": Handler(remove_entries),
}
