"""Handlers for the queries of molecule search and their hits.

The rules are assumptions, except for the state `SUCCESS`: who can read a database, can search it. Queries cannot be tagged, shared or put
into folders. A query outlives its database.
"""

from __future__ import annotations

import heapq
import logging
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._formats import searching
from orionclient.emulator._formats.records import TITLE
from orionclient.emulator._handlers import molsearch_databases as databases
from orionclient.emulator._handlers import molsearch_indexes as indexes
from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, Handler, ResourceKind, Services
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_LOG = logging.getLogger("orionclient.emulator")

# Records between two checks whether the server is stopping.
_BATCH = 1000


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
    if database["state"] != "LOADED":
        raise ProblemError(409, indexes.describe_not_loaded(database), "database_not_loaded")
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
            return  # the server is stopping; the next start runs the query again
        with stack.store.write_transaction() as db:
            end = "UPDATE molsearch_queries SET state = ?, reason = ?, count = ? WHERE id = ?"
            if db.execute(end, ("ERROR" if reason else "SUCCESS", reason, len(hits), query_id)).rowcount:
                db.executemany(
                    "INSERT INTO molsearch_hits (query, rank, dataset, record, shard, title, score) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [(query_id, rank, query["dataset"], *hit) for rank, hit in enumerate(hits, 1)],
                )


def _find_hits(stack: Services, query: sqlite3.Row) -> list[tuple[int, int | None, str | None, float | None]] | None:
    """Return record, shard, title and score of every hit, best first; None if the server is stopping."""
    parameters = _strictjson.loads(query["parameters"])
    match, most = (
        searching.build_matcher(query["query_type"], parameters),
        searching.max_hits(query["query_type"], parameters),
    )
    measured = query["query_type"] == "graphsim"
    best: list[tuple[float, int, int | None, str | None]] = []
    for count, entry in enumerate(indexes.iter_entries(stack, query["database"])):
        if count % _BATCH == 0 and stack.slow.is_stopping:
            return None
        score = match(entry.body)
        if score is None:
            continue
        title = entry.body.get(TITLE)
        # For equal scores, the record with the lower id ranks higher.
        item = (score, -entry.record, entry.shard, title if isinstance(title, str) else None)
        if len(best) < most:
            heapq.heappush(best, item)
        elif item[:2] > best[0][:2]:
            heapq.heapreplace(best, item)
        if len(best) == most and not measured and query["query_type"] != "title":
            break
    best.sort(key=lambda item: item[:2], reverse=True)
    return [(-record, shard, title, score if measured else None) for score, record, shard, title in best]


def list_molsearch_hits(call: Call) -> dict[str, Any]:
    """Return a page of hits."""
    with call.stack.store.read_transaction() as db:
        query = resources.find_named(call, db, QUERIES, reading=True)
        listing = ListQuery("molsearch_hits", ["query = ?"], [query["id"]], key=("rank",))
        return build_page(call, db, listing, _show_hit)


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
    "list_molsearch_hits": Handler(list_molsearch_hits),
}
