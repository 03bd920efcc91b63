"""Handlers for the databases of molecule search.

The rules are assumptions, except for the state `LOADED`:

- Loading copies the records of a dataset, or of the ready shards of a ready collection, into an index, and queries search the index.
  What is added to the source later is searched after unloading and loading the database. If the source or its project is deleted, the
  database can neither be loaded nor searched.
- Who can read a database can search it, also without access to its source. It cannot be tagged or put into folders.
- Loading a database that is loaded, and unloading one that is not, has no effect. Unloading also cancels the loading.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from orionclient.emulator._handlers import molsearch_indexes as indexes
from orionclient.emulator._handlers import resources
from orionclient.emulator._handlers.collections import COLLECTIONS
from orionclient.emulator._handlers.datasets import DATASETS
from orionclient.emulator._handlers.jobs import LOG_OFFSET_HEADER
from orionclient.emulator._http.call import Call, ContentResult, Handler, ResourceKind
from orionclient.emulator._problems import ProblemError, unprocessable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

_OPTIONS: Final = ("pools", "memory_mb", "disk_space", "cpu", "gpu", "instance_type", "server_is_remote")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    shown = ("id", "name", "state", "reason", "search_type", "collection", "count", "created", "owner", "project")
    return {
        **{name: row[name] for name in (*shown, *_OPTIONS)},
        # The column cannot be null.
        "dataset": row["dataset"] or None,
        "server_is_remote": bool(row["server_is_remote"]),
    }


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:  # noqa: ARG001 - the signature of ResourceKind.purge
    return partial(call.stack.blobs.remove, row["blob"])


KIND = DATABASES = ResourceKind(
    "molsearch_database", "molsearch_databases", "database_id", _show, _purge, sharable=True, type_column="search_type"
)


def _read_options(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options in a body.

    Raises:
        ProblemError: 422, the local Orion does not have what an option asks for.
    """
    options = {name: body[name] for name in _OPTIONS if name in body}
    if options.get("gpu"):
        raise unprocessable("The local Orion has no GPU; set gpu to 0 or omit it.")
    if options.get("server_is_remote"):
        raise unprocessable("The local Orion searches databases itself; it has no remote servers (server_is_remote).")
    return options


def create_molsearch_database(call: Call) -> dict[str, Any]:
    """Create a database from a dataset or collection that the caller can read, and load it."""
    body = call.body
    if ("dataset" in body) == ("collection" in body):
        raise unprocessable("A database needs a dataset or a collection, not both.")
    options = _read_options(body)
    with call.stack.store.read_transaction() as db:
        if "dataset" in body:
            resources.find(call, db, DATASETS, body["dataset"], reading=True)
        else:
            collection = resources.find(call, db, COLLECTIONS, body["collection"], reading=True)
            if collection["state"] != "ready":
                raise ProblemError(409, indexes.describe_not_ready(collection), "collection_not_ready")
    made = resources.create(
        call,
        DATABASES,
        dataset=body.get("dataset", 0),
        collection=body.get("collection"),
        search_type=body.get("search_type", "2D"),
        **options,
    )
    # It starts with a write transaction, which waits for that of this request.
    call.stack.slow.submit(indexes.load, call.stack, made["id"])
    return made


def update_molsearch_database(call: Call) -> dict[str, Any]:
    """Set the fields in the body."""
    return resources.update(call, DATABASES, **_read_options(call.body))


def load_molsearch_database(call: Call) -> dict[str, Any]:
    """Start to load a database that is neither loaded nor being loaded."""
    with call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, DATABASES)
        starts = row["state"] not in {"LOADED", "LOADING"}
        if starts:
            _set_state(db, row, "LOADING", f"{call.caller.username} loads the database.")
        shown = _show(resources.find_named(call, db, DATABASES))
    if starts:
        call.stack.slow.submit(indexes.load, call.stack, row["id"])
    return shown


def unload_molsearch_database(call: Call) -> dict[str, Any]:
    """Remove the index of a database, or stop loading it."""
    with call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, DATABASES)
        if row["state"] != "UNLOADED":
            _set_state(db, row, "UNLOADED", f"{call.caller.username} unloads the database.")
        shown = _show(resources.find_named(call, db, DATABASES))
    call.stack.blobs.remove(row["blob"])
    return shown


def _set_state(db: sqlite3.Connection, row: sqlite3.Row, state: str, line: str) -> None:
    """Set the state of a database without an index."""
    query = (
        "UPDATE molsearch_databases SET state = ?, reason = '', count = 0, blob = NULL, loads = loads + 1 WHERE id = ?"
    )
    db.execute(query, (state, row["id"]))
    indexes.add_line(db, row["id"], line)


def download_molsearch_database_logs(call: Call) -> ContentResult:
    """Return what loading and unloading a database has written."""
    with call.stack.store.read_transaction() as db:
        log = resources.find_named(call, db, DATABASES, reading=True)["log"].encode()
    rest = log[call.query["offset"] :]
    headers = {"Content-Length": str(len(rest)), LOG_OFFSET_HEADER: str(len(log))}
    return ContentResult(iter([rest] if rest else []), lambda: None, headers)


HANDLERS = {
    "list_molsearch_databases": Handler(
        lambda call: resources.list_kind(
            call,
            DATABASES,
            **{name: call.query.get(name) for name in ("state", "search_type", "dataset", "collection")},
        )
    ),
    "create_molsearch_database": Handler(create_molsearch_database),
    "get_molsearch_database": Handler(lambda call: resources.get(call, DATABASES)),
    "update_molsearch_database": Handler(update_molsearch_database),
    "delete_molsearch_database": Handler(lambda call: resources.delete(call, DATABASES)),
    "load_molsearch_database": Handler(load_molsearch_database),
    "unload_molsearch_database": Handler(unload_molsearch_database),
    "download_molsearch_database_logs": Handler(download_molsearch_database_logs),
}
