"""Handlers for the databases of molecule search.

The rules are assumptions, except for the state `LOADED`:

- A database is a view of its dataset: a query searches the records that the dataset has when it runs, also for users of the
  database who cannot read the dataset. If the dataset or its project is deleted, queries fail.
- A database can be shared. It cannot be tagged or put into folders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._formats.searching import QueryError
from orionclient.emulator._handlers import resources
from orionclient.emulator._handlers.datasets import DATASETS
from orionclient.emulator._http.call import Call, Handler, ResourceKind, Services

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

# Records read in one snapshot of the database.
_BATCH = 1000


def _show(row: sqlite3.Row) -> dict[str, Any]:
    shown = ("id", "name", "state", "search_type", "dataset", "count", "created", "owner", "project")
    return {name: row[name] for name in shown}


KIND = DATABASES = ResourceKind(
    "molsearch_database", "molsearch_databases", "database_id", _show, sharable=True, type_column="search_type"
)


def create_molsearch_database(call: Call) -> dict[str, Any]:
    """Create a database from a dataset that the caller can read."""
    with call.stack.store.read_transaction() as db:
        dataset = resources.find(call, db, DATASETS, call.body["dataset"], reading=True)
    made = resources.create(call, DATABASES, dataset=dataset["id"], search_type=call.body.get("search_type", "2D"))
    # It starts with a write transaction, which waits for that of this request.
    call.stack.slow.submit(_load, call.stack, made["id"])
    return made


def _load(stack: Services, database_id: int) -> None:
    with stack.store.write_transaction() as db:
        db.execute(
            "UPDATE molsearch_databases SET (state, count) = (SELECT 'LOADED', next_record - first_record FROM datasets"
            " WHERE datasets.id = dataset) WHERE id = ? AND EXISTS (SELECT 1 FROM datasets WHERE datasets.id = dataset)",
            (database_id,),
        )
        db.execute("UPDATE molsearch_databases SET state = 'ERROR' WHERE id = ? AND state = 'LOADING'", (database_id,))


def iter_batches(stack: Services, dataset: int) -> Iterator[list[sqlite3.Row]]:
    """Iterate over the records of a dataset in batches, each read in a transaction of its own.

    Raises:
        QueryError: The dataset or its project was deleted.
    """
    after = 0
    while True:
        with stack.store.read_transaction() as db:
            exists = f"SELECT 1 FROM datasets WHERE id = ? AND deleted = '' AND {resources.IN_PROJECT}"  # noqa: S608 - constants  # nosec B608
            if db.execute(exists, (dataset,)).fetchone() is None:
                raise QueryError(f"The dataset {dataset} of the database was deleted.")
            rows = db.execute(
                "SELECT id, body FROM records WHERE dataset = ? AND id > ? ORDER BY id LIMIT ?",
                (dataset, after, _BATCH),
            ).fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


def resume(stack: Services) -> None:
    """Load the databases again that the last server did not load completely."""
    with stack.store.read_transaction() as db:
        found = db.execute("SELECT id FROM molsearch_databases WHERE state = 'LOADING'").fetchall()
    for row in found:
        stack.slow.submit(_load, stack, row["id"])


HANDLERS = {
    "list_molsearch_databases": Handler(
        lambda call: resources.list_kind(
            call, DATABASES, **{name: call.query.get(name) for name in ("state", "search_type")}
        )
    ),
    "create_molsearch_database": Handler(create_molsearch_database),
    "get_molsearch_database": Handler(lambda call: resources.get(call, DATABASES)),
    "delete_molsearch_database": Handler(lambda call: resources.delete(call, DATABASES)),
}
