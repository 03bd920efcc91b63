"""Handlers for the queries of molecule search and their hits.

The rules are assumptions, except for the state `SUCCESS`: who can read a database, can search it. Queries cannot be tagged, shared or put
into folders. A query outlives its database, and its hits their records: they have a copy of them.
"""

from __future__ import annotations

import heapq
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._formats import searching
from orionclient.emulator._formats.molecules import UnknownFormatError, get_format
from orionclient.emulator._formats.records import MOLECULE, TITLE
from orionclient.emulator._handlers import datasets, resources
from orionclient.emulator._handlers import molsearch_databases as databases
from orionclient.emulator._handlers import molsearch_indexes as indexes
from orionclient.emulator._http.call import Call, ContentResult, Handler, ResourceKind, Services
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from orionclient.emulator._formats.molecules import Record

_LOG = logging.getLogger("orionclient.emulator")

# A search looks after this number of records whether it was cancelled.
_STEP = 50
# Fields that downloads and exports add to the records.
_RANK, _SCORE = "Search Rank", "Search Score"


def _show_query(row: sqlite3.Row) -> dict[str, Any]:
    shown = ("id", "name", "query_type", "database", "state", "reason", "count", "created", "owner", "project")
    return {**{name: row[name] for name in shown}, "parameters": _strictjson.loads(row["parameters"])}


def _show_hit(row: sqlite3.Row) -> dict[str, Any]:
    shown = {name: row[name] for name in ("rank", "record", "shard", "title", "score")}
    return {**shown, "dataset": row["dataset"] or None}


def _purge_query(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:  # noqa: ARG001 - the signature of ResourceKind.purge
    db.execute("DELETE FROM molsearch_hits WHERE query = ?", (row["id"],))
    return lambda: None


KIND = QUERIES = ResourceKind(
    "molsearch_query", "molsearch_queries", "query_id", _show_query, _purge_query, type_column="query_type"
)


def create_molsearch_query(call: Call) -> dict[str, Any]:
    """Create a query for a database that the caller can access."""
    body = call.body
    with call.stack.store.read_transaction() as db:
        database = resources.find(call, db, databases.DATABASES, body["database"], reading=True)
    try:
        searching.check(body["query_type"], body["parameters"])
    except searching.QueryError as error:
        raise ProblemError(422, str(error), "bad_query") from None
    if database["search_type"] != "2D":
        raise ProblemError(422, "The database is for 3D search, which the local Orion does not support.", "bad_query")
    _check_loaded(database)
    made = resources.create(
        call,
        QUERIES,
        query_type=body["query_type"],
        database=database["id"],
        dataset=database["dataset"],
        parameters=_strictjson.dumps(body["parameters"]),
    )
    call.stack.slow.submit(_search, call.stack, made["id"])
    return made


def _check_loaded(database: sqlite3.Row) -> None:
    if database["state"] != "LOADED":
        raise ProblemError(409, indexes.describe_not_loaded(database), "database_not_loaded")


def _search(stack: Services, query_id: int) -> None:
    begin = "UPDATE molsearch_queries SET state = 'RUNNING' WHERE id = ? AND state IN ('QUEUED', 'RUNNING') RETURNING *"
    with stack.store.write_transaction() as db:
        rows = db.execute(begin, (query_id,)).fetchall()
    for query in rows:
        reason = ""
        try:
            hits = _find_hits(stack, query)
        except searching.QueryError as error:
            hits, reason = [], str(error)
        except Exception as error:  # noqa: BLE001 - otherwise the query would stay RUNNING and run again at every start
            _LOG.exception("molsearch query %s failed", query_id)
            hits, reason = [], f"The search failed: {error}"
        if hits is None:
            return  # the query was cancelled or deleted; or the server is stopping, and the next start runs the query again
        with stack.store.write_transaction() as db:
            end = "UPDATE molsearch_queries SET state = ?, reason = ?, count = ? WHERE id = ? AND state = 'RUNNING'"
            if db.execute(end, ("ERROR" if reason else "SUCCESS", reason, len(hits), query_id)).rowcount:
                db.executemany(
                    "INSERT INTO molsearch_hits (query, rank, dataset, record, shard, title, score, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [(query_id, rank, query["dataset"], *hit) for rank, hit in enumerate(hits, 1)],
                )


def _is_running(stack: Services, query_id: int) -> bool:
    with stack.store.read_transaction() as db:
        row = db.execute("SELECT state FROM molsearch_queries WHERE id = ?", (query_id,)).fetchone()
    return not stack.slow.is_stopping and row is not None and row["state"] == "RUNNING"


def _find_hits(
    stack: Services, query: sqlite3.Row
) -> list[tuple[int, int | None, str | None, float | None, str]] | None:
    """Return record, shard, title, score and content of every hit, best first; None if the search was stopped."""
    parameters = _strictjson.loads(query["parameters"])
    match, most = (
        searching.build_matcher(query["query_type"], parameters),
        searching.max_hits(query["query_type"], parameters),
    )
    measured = query["query_type"] == "graphsim"
    best: list[tuple[float, int, indexes.Entry]] = []
    for count, entry in enumerate(indexes.iter_entries(stack, query["database"])):
        if count % _STEP == 0 and not _is_running(stack, query["id"]):
            return None
        score = match(entry.body)
        if score is None:
            continue
        # For equal scores, the record with the lower id ranks higher.
        item = (score, -entry.record, entry)
        if len(best) < most:
            heapq.heappush(best, item)
        elif item[:2] > best[0][:2]:
            heapq.heapreplace(best, item)
        if len(best) == most and not measured and query["query_type"] != "title":
            break
    best.sort(key=lambda item: item[:2], reverse=True)
    return [_build_hit(entry, score if measured else None) for score, _, entry in best]


def _build_hit(entry: indexes.Entry, score: float | None) -> tuple[int, int | None, str | None, float | None, str]:
    title = entry.body.get(TITLE)
    return entry.record, entry.shard, title if isinstance(title, str) else None, score, _strictjson.dumps(entry.body)


def cancel_molsearch_query(call: Call) -> dict[str, Any]:
    """Cancel a query that has not ended; its search stops soon."""
    with call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, QUERIES)
        db.execute(
            "UPDATE molsearch_queries SET state = 'CANCELLED', reason = ? WHERE id = ? AND state IN ('QUEUED', 'RUNNING')",
            (f"cancelled by {call.caller.username}", row["id"]),
        )
        return _show_query(resources.find_named(call, db, QUERIES))


def list_molsearch_hits(call: Call) -> dict[str, Any]:
    """Return a page of hits."""
    with call.stack.store.read_transaction() as db:
        query = resources.find_named(call, db, QUERIES, reading=True)
        listing = ListQuery("molsearch_hits", ["query = ?"], [query["id"]], key=("rank",))
        return build_page(call, db, listing, _show_hit)


def _find_successful(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    """Return the query in the path, which must have hits to read."""
    query = resources.find_named(call, db, QUERIES, reading=True)
    if query["state"] != "SUCCESS":
        detail = f"The query {query['id']} is {query['state']}; only one that is SUCCESS has hits."
        raise ProblemError(409, detail, "query_not_successful")
    return query


def _iter_records(db: sqlite3.Connection, query: sqlite3.Row) -> Iterator[tuple[int, Record]]:
    """Yield the ranks and records of the hits, with rank and score as fields."""
    for row in db.execute("SELECT * FROM molsearch_hits WHERE query = ? ORDER BY rank", (query["id"],)):
        score = {} if row["score"] is None else {_SCORE: row["score"]}
        yield row["rank"], {**_strictjson.loads(row["body"]), _RANK: row["rank"], **score}


def download_molsearch_hits(call: Call) -> ContentResult:
    """Return the hits as a file."""
    try:
        form, _ = get_format(call.query["format"])
    except UnknownFormatError as error:
        raise ProblemError(422, str(error), "unknown_format") from None
    with call.stack.store.read_transaction() as db:
        query = _find_successful(call, db)

        def records() -> Iterator[tuple[int, Record]]:
            return ((rank, searching.convert(record, form)) for rank, record in _iter_records(db, query))

        # A file with SMILES has molecules and titles alone, as most programs expect.
        return datasets.render(call, records, [] if form == "smi" else None)


def export_molsearch_query(call: Call) -> dict[str, Any]:
    """Create a dataset of the hits."""
    with call.stack.store.read_transaction() as db:
        query = _find_successful(call, db)
        lines = [(rank, _strictjson.dumps(record)) for rank, record in _iter_records(db, query)]
    named = replace(call, body={"name": f"Hits of query {query['id']}", **call.body})
    return datasets.create_filled_dataset(named, lines)


def get_molsearch_smiles(call: Call) -> dict[str, Any]:
    """Return the SMILES of the first record with a title."""
    title = call.query["title"]
    with call.stack.store.read_transaction() as db:
        database = resources.find(call, db, databases.DATABASES, call.path["database_id"], reading=True)
    _check_loaded(database)
    try:
        entries = indexes.iter_entries(call.stack, database["id"])
        found = next((entry for entry in entries if entry.body.get(TITLE) == title), None)
        if found is None:
            raise not_found(f"The database {database['id']} has no record with the title {title[:100]!r}.")
        smiles = searching.to_smiles(found.body.get(MOLECULE))
    except searching.QueryError as error:
        raise ProblemError(422, str(error), "bad_query") from None
    return {"title": title, "record": found.record, "smiles": smiles}


def resume(stack: Services) -> None:
    """Run the queries again that the last server did not complete."""
    with stack.store.read_transaction() as db:
        found = db.execute("SELECT id FROM molsearch_queries WHERE state IN ('QUEUED', 'RUNNING')").fetchall()
    for row in found:
        stack.slow.submit(_search, stack, row["id"])


HANDLERS = {
    "list_molsearch_queries": Handler(
        lambda call: resources.list_kind(
            call, QUERIES, **{name: call.query.get(name) for name in ("state", "database")}
        )
    ),
    "create_molsearch_query": Handler(create_molsearch_query),
    "get_molsearch_query": Handler(lambda call: resources.get(call, QUERIES)),
    "delete_molsearch_query": Handler(lambda call: resources.delete(call, QUERIES)),
    "update_molsearch_query": Handler(lambda call: resources.update(call, QUERIES)),
    "cancel_molsearch_query": Handler(cancel_molsearch_query),
    "list_molsearch_hits": Handler(list_molsearch_hits),
    "download_molsearch_hits": Handler(download_molsearch_hits),
    "export_molsearch_query": Handler(export_molsearch_query),
    "get_molsearch_smiles": Handler(get_molsearch_smiles),
}
