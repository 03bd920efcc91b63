"""The search indexes of molecule databases, which loading builds and queries read.

An index is a blob with one line per record: the id of the record, its shard, and the record as JSON, separated by tabs.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, NamedTuple

from orionclient.emulator import _strictjson
from orionclient.emulator._formats import molecules
from orionclient.emulator._formats.records import MOLECULE, is_molecule
from orionclient.emulator._formats.searching import QueryError
from orionclient.emulator._handlers import resources
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from orionclient.emulator._formats.molecules import Record
    from orionclient.emulator._http.call import Services
    from orionclient.emulator._store.blobs import StagedBlob

_LOG = logging.getLogger("orionclient.emulator")

_MIB = 1024 * 1024
# Records between two checks whether the server is stopping.
_BATCH = 1000

BLOBS = "SELECT blob FROM molsearch_databases WHERE blob IS NOT NULL"


class Entry(NamedTuple):
    """A record of a loaded database.

    Args:
        record: Its id in the dataset; in a database of a collection its position, counted from 1.
        shard: The shard that it is from; None in a database of a dataset.
        body: The record.
    """

    record: int
    shard: int | None
    body: Record


class _LoadingError(ValueError):
    """A database that cannot be loaded; the message is the reason."""


class _StoppedError(Exception):
    """The server is stopping; the next start loads the database."""


def iter_entries(stack: Services, database: int) -> Iterator[Entry]:
    """Iterate over the records of a loaded database, by id.

    Raises:
        QueryError: The database or its source was deleted, or it is not loaded.
    """
    with stack.store.read_transaction() as db:
        row = db.execute("SELECT * FROM molsearch_databases WHERE id = ?", (database,)).fetchone()
        if row is None:
            raise QueryError(f"The database {database} was deleted.")
        if find_source(db, row) is None:
            raise QueryError(f"The {_name_source(row)} of the database was deleted.")
        if row["state"] != "LOADED":
            raise QueryError(describe_not_loaded(row))
        file = stack.blobs.open(row["blob"])
    with file:
        for line in file:
            record, shard, body = line.split(b"\t", 2)
            yield Entry(int(record), int(shard) if shard else None, _strictjson.loads(body.decode()))


def describe_not_loaded(row: sqlite3.Row) -> str:
    """Return why a database cannot be searched, and what loads it."""
    advice = f"ocli molsearch db {'wait' if row['state'] == 'LOADING' else 'load'} {row['id']}"
    return f"The database {row['id']} is {row['state']}; only a LOADED database can be searched: run `{advice}` first."


def find_source(db: sqlite3.Connection, row: sqlite3.Row) -> sqlite3.Row | None:
    """Return the dataset or collection of a database; None if it or its project was deleted."""
    table = "collections" if row["collection"] else "datasets"
    query = f"SELECT * FROM {table} WHERE id = ? AND deleted = '' AND {resources.IN_PROJECT}"  # noqa: S608 - constants  # nosec B608
    found: sqlite3.Row | None = db.execute(query, (row["collection"] or row["dataset"],)).fetchone()
    return found


def _name_source(row: sqlite3.Row) -> str:
    return f"collection {row['collection']}" if row["collection"] else f"dataset {row['dataset']}"


def add_line(db: sqlite3.Connection, database: int, line: str) -> None:
    """Append a line with the current time to the log of a database."""
    db.execute("UPDATE molsearch_databases SET log = log || ? WHERE id = ?", (f"{now(db)} {line}\n", database))


def load(stack: Services, database: int) -> None:
    """Build the index of a database in state `LOADING`, unless it is unloaded or deleted meanwhile."""
    began = time.monotonic()
    with stack.store.write_transaction() as db:
        query = "SELECT * FROM molsearch_databases WHERE id = ? AND state = 'LOADING'"
        row = db.execute(query, (database,)).fetchone()
        if row is None:
            return
        add_line(db, database, f"Loading the {_name_source(row)}.")
    changes: dict[str, object] = {"state": "ERROR"}
    try:
        with stack.blobs.staged() as staged:
            count, with_molecule = _write_index(stack, row, staged)
            staged.complete()
            changes = {"state": "LOADED", "count": count, "blob": stack.blobs.commit(staged), "reason": ""}
        line = (
            f"Loaded {count} records, {with_molecule} with a molecule, in {time.monotonic() - began:.3f} s;"
            f" the index has {staged.size} bytes."
        )
    except _StoppedError:
        return
    except Exception as error:  # noqa: BLE001 - otherwise the database would stay LOADING and be loaded again at every start
        if not isinstance(error, _LoadingError):
            _LOG.exception("molsearch database %s cannot be loaded", database)
        line = changes["reason"] = str(error) if isinstance(error, _LoadingError) else f"Loading failed: {error}"
    with stack.store.write_transaction() as db:
        # Every request to load or unload the database counts as a load, so the result of an older one is not stored.
        updated = db.execute(
            f"UPDATE molsearch_databases SET {', '.join(f'{name} = ?' for name in changes)} WHERE id = ? AND loads = ?",  # noqa: S608 - constants  # nosec B608
            (*changes.values(), database, row["loads"]),
        ).rowcount
        if updated:
            add_line(db, database, line)
    stack.blobs.remove(row["blob"] if updated else str(changes.get("blob", "")) or None)


def _write_index(stack: Services, row: sqlite3.Row, staged: StagedBlob) -> tuple[int, int]:
    """Write the index; returns the count of all records and of those with a molecule."""
    bounds = {name: row[name] for name in ("memory_mb", "disk_space") if row[name] is not None}
    count = with_molecule = 0
    for record, shard, body in _iter_shards(stack, row) if row["collection"] else _iter_dataset(stack, row):
        staged.write(b"%d\t%b\t%b\n" % (record, b"" if shard is None else b"%d" % shard, body.encode()))
        count += 1
        with_molecule += is_molecule(_strictjson.loads(body).get(MOLECULE))
        for name, bound in bounds.items():
            if staged.size > bound * _MIB:
                raise _LoadingError(f"The index needs more than {name} = {bound} MiB; update the database and load it.")
        if count % _BATCH == 0 and stack.slow.is_stopping:
            raise _StoppedError
    return count, with_molecule


def _iter_dataset(stack: Services, row: sqlite3.Row) -> Iterator[tuple[int, int | None, str]]:
    # In one transaction, so that the index has all records of one moment.
    with stack.store.read_transaction() as db:
        if find_source(db, row) is None:
            raise _LoadingError(f"The {_name_source(row)} of the database was deleted.")
        query = "SELECT id, body FROM records WHERE dataset = ? ORDER BY id"
        for record in db.execute(query, (row["dataset"],)):
            yield record["id"], None, record["body"]


def _iter_shards(stack: Services, row: sqlite3.Row) -> Iterator[tuple[int, int | None, str]]:
    with stack.store.read_transaction() as db:
        source = find_source(db, row)
        if source is None:
            raise _LoadingError(f"The {_name_source(row)} of the database was deleted.")
        if source["state"] != "ready":
            raise _LoadingError(describe_not_ready(source))
        query = "SELECT id, name, blob FROM shards WHERE collection = ? AND state = 'ready' AND size > 0 ORDER BY id"
        shards = db.execute(query, (row["collection"],)).fetchall()
    count = 0
    for shard in shards:
        try:
            for record in molecules.read(
                stack.blobs.path(shard["blob"]), _get_format(shard["name"]), stack.limits.upload
            ):
                count += 1
                yield count, shard["id"], _strictjson.dumps(record)
        except (molecules.MalformedError, molecules.ContentTooLargeError) as error:
            line = f", line {error.line}" if isinstance(error, molecules.MalformedError) else ""
            raise _LoadingError(f"The shard {shard['id']} ({shard['name'][:100]!r}){line}: {error}") from None


def describe_not_ready(collection: sqlite3.Row) -> str:
    """Return why a database cannot have the molecules of a collection."""
    return f"The collection {collection['id']} is {collection['state']}; only a ready collection can be loaded: close it first."


def _get_format(name: str) -> str:
    """Return the format in the name of a shard; without one, a shard has records in the format `binary`."""
    extension = ".".join(name.split(".")[-2 if name.lower().endswith(".gz") else -1 :])
    try:
        molecules.get_format(extension)
    except molecules.UnknownFormatError:
        return "binary"
    return extension


def resume(stack: Services) -> None:
    """Load what the last server did not load completely, and databases of older versions, which had no index."""
    with stack.store.write_transaction() as db:
        db.execute(
            "UPDATE molsearch_databases SET state = 'LOADING', count = 0 WHERE state = 'LOADED' AND blob IS NULL"
        )
        found = db.execute("SELECT id FROM molsearch_databases WHERE state = 'LOADING'").fetchall()
    for row in found:
        stack.slow.submit(load, stack, row["id"])
