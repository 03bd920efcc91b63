"""The order of listings, and pages that overlap, so that changes by others lose and repeat nothing.

The variable `ORION_NIGHTLY=1` runs all seeds of the writer.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import list_files
from test_paging import ids_of, numbers, queries, send

from orionclient._requesting.calls import Calls
from orionclient.exceptions import BadResponse, MultipleResultsFound, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Folder, Shard

Edit = Callable[[list[int]], object]
# All 20 seeds take half a minute on an idle machine.
# Ends a listing that would never end.
REJECTION = ScriptedResponse(status=400)
SEEDS = range(20 if os.environ.get("ORION_NIGHTLY") else 5)


class Shelf:
    """Serves the ids of a list by `limit` and `offset`; each edit changes the list before the response to one request.

    `fields` are the fields of a page besides `results`.
    """

    def __init__(self, scripted: Scripted, ids: list[int], *edits: Edit | None, fields: str = "next count") -> None:
        self.ids, self.edits, self.fields = ids, [*edits], fields.split()
        scripted.responses = [ScriptedResponse(write=self._write)]

    def _write(self, handler: BaseHTTPRequestHandler) -> None:
        edit = self.edits.pop(0) if self.edits else None
        if edit is not None:
            edit(self.ids)
        query = numbers(handler)
        start, limit = query.get("offset", 0), query.get("limit", 100)
        page = self.ids[start : start + limit]
        more = {"count": len(self.ids), "next": "/broken" if start + limit < len(self.ids) else None}
        send(handler, {"results": [{"id": each} for each in page], **{name: more[name] for name in self.fields}})


def remove(*gone: int) -> Edit:
    return lambda ids: [ids.remove(each) for each in gone]


def offsets(scripted: Scripted) -> list[str]:
    return [query.partition("offset=")[2].partition("&")[0] for query in queries(scripted)]


ENVELOPES = ["next count", "next", "count", ""]


# ---------------------------------------------------------------------- overlapping pages


@pytest.mark.parametrize("fields", ENVELOPES)
@pytest.mark.parametrize("total", [0, 1, 2, 3, 4, 5, 9, 10])
def test_pages_overlap_by_one_item(scripted: Scripted, total: int, fields: str) -> None:
    Shelf(scripted, [*range(1, total + 1)], fields=fields)
    listing = scripted.session().list_resources(File, {"limit": 3}, order_by="id")
    assert ids_of(listing) == [*range(1, total + 1)]
    assert queries(scripted)[0] == "limit=3&order_by=id"
    assert offsets(scripted)[1:2] == (["2"] if total > 3 else offsets(scripted)[1:2])
    # Without next and count, one more request may be necessary.
    pages = max(1, (total - 1 + 1) // 2)
    assert len(scripted.requests) - pages in ({0} if fields else {0, 1})


@pytest.mark.parametrize("fields", ENVELOPES)
@pytest.mark.parametrize(
    ("edits", "expected", "requests"),
    [
        # The last known item, and with it others before it, or all of them.
        ([None, remove(4)], [1, 2, 3, 4, 5, 6, 7, 8, 9], ["", "3", "2", "5"]),
        ([None, remove(3, 4)], [1, 2, 3, 4, 5, 6, 7, 8, 9], ["", "3", "2", "", "3"]),
        ([None, remove(1, 2, 3, 4)], [1, 2, 3, 4, 5, 6, 7, 8, 9], ["", "3", "2", "", "3"]),
        # Others before it.
        ([None, remove(1)], [1, 2, 3, 4, 5, 6, 7, 8, 9], ["", "3", "2", "5"]),
        # While stepping back.
        ([None, remove(4), remove(1, 2, 3)], [1, 2, 3, 4, 5, 6, 7, 8, 9], ["", "3", "2", "", "3"]),
        # On the second page, after it and everything.
        ([None, None, remove(7)], [1, 2, 3, 4, 5, 6, 7, 8, 9], ["", "3", "6", "5"]),
        ([None, remove(5)], [1, 2, 3, 4, 6, 7, 8, 9], ["", "3", "6"]),
        ([None, list.clear], [1, 2, 3, 4], ["", "3", ""]),
        # New ones at the end, and restored ones before.
        ([None, lambda ids: ids.extend([10, 11])], [*range(1, 12)], ["", "3", "6", "9"]),
        ([None, lambda ids: ids.insert(0, 0)], [*range(1, 10)], ["", "3", "6"]),
    ],
)
def test_nothing_is_lost_or_repeated(
    scripted: Scripted, edits: list[Edit | None], expected: list[int], requests: list[str], fields: str
) -> None:
    Shelf(scripted, [*range(1, 10)], *edits, fields=fields)
    assert ids_of(scripted.session().list_resources(File, {"limit": 4}, order_by="id")) == expected
    if fields == "next count":
        assert offsets(scripted) == requests


def test_a_page_of_one_item_would_not_overlap(scripted: Scripted) -> None:
    Shelf(scripted, [1, 2, 3])
    session = scripted.session()
    assert ids_of(session.list_resources(File, {"limit": 1}, order_by="id")) == [1, 2, 3]
    assert queries(scripted) == ["order_by=id&limit=2", "order_by=id&offset=1&limit=2"]
    first = session.list_resources(File, order_by="id").first()
    assert first is not None
    assert first.id == 1


def test_an_offset_of_the_caller_is_where_the_pages_begin(scripted: Scripted) -> None:
    Shelf(scripted, [*range(9)], None, remove(0, 1, 2, 3, 4))
    assert ids_of(scripted.session().list_resources(File, {"limit": 3}, offset=2, order_by="id")) == [*range(2, 9)]
    assert offsets(scripted) == ["2", "4", "3", "1", "0", "2"]
    del scripted.requests[:]
    Shelf(scripted, [*range(9)])
    assert ids_of(scripted.session().list_resources(File, offset=2, limit=3, order_by="id")) == [2, 3, 4]
    assert queries(scripted) == ["order_by=id&offset=2&limit=3"]


def test_ids_of_shards_are_compared_exactly(scripted: Scripted) -> None:
    first = 2**53 - 1
    Shelf(scripted, [*range(first, first + 10, 2)], None, remove(first + 2))
    shards = scripted.session().list_resources(Shard(collection=7), {"limit": 2}, order_by="id")
    assert ids_of(shards) == [*range(first, first + 10, 2)]


@pytest.mark.parametrize("ids", [[1, 3, 2], [3, 2, 1], [1, 1]])
def test_a_server_that_ignores_the_order(scripted: Scripted, ids: list[int]) -> None:
    Shelf(scripted, ids)
    with pytest.raises(BadResponse, match="the page is not ordered by id"):
        list(scripted.session().list_resources(File, order_by="id"))


@pytest.mark.parametrize("fields", [{"count": 7}, {"next": "/x"}, {"next": "/x", "count": 7}])
def test_a_server_that_ignores_the_offset(scripted: Scripted, fields: dict[str, Any]) -> None:
    page = ScriptedResponse(data={"results": [{"id": 1}, {"id": 2}, {"id": 3}], **fields})
    scripted.responses = [*[page] * 9, REJECTION]
    with pytest.raises(BadResponse, match="incomplete listing: after .* the next page equals the last one"):
        list(scripted.session().list_resources(File, {"limit": 3}, order_by="id"))
    assert len(scripted.requests) == 3


@pytest.mark.parametrize("fields", [{"count": 7}, {"next": "/x"}])
def test_empty_pages_before_the_end(scripted: Scripted, fields: dict[str, Any]) -> None:
    scripted.responses = [*[ScriptedResponse(data={"results": [], **fields})] * 9, REJECTION]
    with pytest.raises(BadResponse, match="incomplete listing: after 0 .*the next page is empty"):
        list(scripted.session().list_resources(File, order_by="id"))
    assert len(scripted.requests) < 5


# ---------------------------------------------------------------------- other orders and offsets


def test_a_named_order_or_offset_is_continued_by_offset(scripted: Scripted) -> None:
    """The links of the server are not followed."""
    Shelf(scripted, [*range(9)])
    session = scripted.session()
    assert ids_of(session.list_resources(File, {"limit": 4}, order_by="name")) == [*range(9)]
    assert queries(scripted) == ["limit=4&order_by=name", *(f"limit=4&order_by=name&offset={each}" for each in (4, 8))]
    del scripted.requests[:]
    assert ids_of(session.list_resources(File, {"limit": 4}, offset=1)) == [*range(1, 9)]
    assert queries(scripted) == ["limit=4&offset=1", "limit=4&offset=5"]


@pytest.mark.parametrize("results", [[], [{"id": 1}]])
def test_a_link_that_is_not_followed_does_not_end_silently(scripted: Scripted, results: list[Any]) -> None:
    scripted.responses = [ScriptedResponse(data={"results": results, "next": "/x"})]
    with pytest.raises(BadResponse, match="incomplete listing: after . items the next page"):
        list(scripted.session().list_resources(File, order_by="name"))
    assert len(scripted.requests) < 3


@pytest.mark.parametrize("order_by", ["size", "", "--id", "ID", "recently_used", 7, ["id"]])
def test_unknown_orders_are_rejected_before_any_request(scripted: Scripted, order_by: Any) -> None:
    session = scripted.session()
    for attempt in (
        lambda: session.list_resources(File, order_by=order_by),
        lambda: session.list_resources(File, {"order_by": order_by}),
    ):
        with pytest.raises(
            ValidationError, match=r"order_by must be one of id, name, created \(or -id .*, not"
        ) as caught:
            attempt()
        assert "\n" not in str(caught.value)
    with pytest.raises(ValidationError, match="list_folders has a fixed order; omit order_by"):
        session.list_resources(Folder, order_by="id")
    assert scripted.requests == []


def test_unknown_orders_can_be_sent_as_extra_queries(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"count": 0, "next": None, "results": []})]
    assert list(scripted.session().list_resources(File, extra_query={"order_by": "size"})) == []
    assert queries(scripted) == ["order_by=size&limit=1000"]


@pytest.mark.parametrize("value", [-1, 1.5, "x", True])
def test_invalid_counts_are_rejected_before_any_request(scripted: Scripted, value: Any) -> None:
    session = scripted.session()
    for attempt in (
        lambda: session.list_resources(File, offset=value),
        lambda: session.list_resources(File, {"offset": value}),
        lambda: session.list_resources(File, {"limit": value}),
    ):
        with pytest.raises(ValidationError, match="(limit|offset) must be a non-negative integer, not") as caught:
            attempt()
        assert "\n" not in str(caught.value)
    with pytest.raises(ValidationError, match="'limit' .* must be positive"):
        session.list_resources(File, {"limit": 0})
    for again in ({"offset": 1}, {"order_by": "id"}):
        with pytest.raises(ValidationError, match="is given twice; omit the filter"):
            session.list_resources(File, again, offset=1, order_by="id")
    assert scripted.requests == []


def test_counts_may_be_digits(scripted: Scripted) -> None:
    Shelf(scripted, [*range(9)])
    filters: Any = {"limit": "4", "offset": "3"}
    assert ids_of(scripted.session().list_resources(File, filters)) == [*range(3, 9)]


# ---------------------------------------------------------------------- the local Orion


@pytest.fixture
def named(session: OrionSession) -> OrionSession:
    """Create datasets with the ids 1 to 6."""
    for name in ("b", "a", "c", "a", "B", "b"):
        Dataset.create(session, name)
    return session


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        ("id", [1, 2, 3, 4, 5, 6]),
        ("-id", [6, 5, 4, 3, 2, 1]),
        # Equal names are ordered by id.
        ("name", [5, 2, 4, 1, 6, 3]),
        ("-name", [3, 6, 1, 4, 2, 5]),
        ("created", [1, 2, 3, 4, 5, 6]),
        ("-created", [6, 5, 4, 3, 2, 1]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 4, 1000])
def test_orders_of_the_local_orion(named: OrionSession, order_by: str, expected: list[int], limit: int) -> None:
    listing = named.list_resources(Dataset, {"limit": limit}, order_by=order_by)
    assert ids_of(listing) == expected
    first = listing.first()
    assert first is not None
    assert (first.id, listing.count()) == (expected[0], 6)
    assert ids_of(named.list_resources(Dataset, {"limit": limit}, offset=4, order_by=order_by)) == expected[4:]
    assert ids_of(named.list_resources(Dataset, {"order_by": order_by}, offset=1, limit=3)) == expected[1:4]
    assert ids_of(named.list_resources(Dataset, order_by=order_by, offset=6)) == []


def test_first_one_and_count_with_an_offset(named: OrionSession) -> None:
    listing = named.list_resources(Dataset, {"name": "a"}, offset=1)
    first = listing.first()
    assert first is not None
    assert (first.id, listing.count(), ids_of(listing)) == (4, 2, [4])
    with pytest.raises(MultipleResultsFound):
        listing.one()
    exact = named.list_resources(Dataset, {"name": "b"}, exact=True, offset=1, order_by="-id")
    assert (exact.count(), ids_of(exact)) == (2, [1])
    assert named.list_resources(Dataset, {"name": "c"}, exact=True, offset=1).one().id == 3


def test_pages_of_raw_operations(orion: LocalOrion, named: OrionSession) -> None:
    for name in "bacab":
        File.upload(named, name, b"x")
    found, cursor = [], {}
    while True:
        page = list_files.sync(client=named.raw, limit=2, order_by="-name", **cursor)
        found += [each.name for each in page.results]
        if page.next is None:
            break
        assert "order_by=-name" in page.next
        cursor = {"cursor": page.next.rpartition("cursor=")[2]}
    assert found == [*"cbbaa"]
    assert [each.name for each in list_files.sync(client=named.raw, order_by="name", offset=3).results] == ["b", "c"]
    for wrong in ("name", "id", "-id"):
        with pytest.raises(BadResponse, match="400.*cursor"):
            list_files.sync(client=named.raw, limit=2, order_by=wrong, **cursor)
    with pytest.raises(BadResponse, match=r"400.*order_by.*id\|name\|created"):
        list_files.sync(client=named.raw, order_by="size")
    with pytest.raises(BadResponse, match="400.*limit.*from 1 to 1000"):
        list_files.sync(client=named.raw, limit=-1)


# ---------------------------------------------------------------------- a writer


COUNT = 10_000


@pytest.fixture(scope="module")
def crowd() -> Iterator[LocalOrion]:
    with LocalOrion(seed="demo") as orion:
        yield orion


def write(orion: LocalOrion, *statements: tuple[str, list[tuple[Any, ...]]]) -> None:
    """Write to the database directly."""
    with orion.server._require().stack.store.write_transaction() as db:
        for statement, rows in statements:
            db.executemany(statement, rows)


INSERT = "INSERT INTO files (name, description, project, owner, created) VALUES ('x', '', 1, 1, '2026-06-01T00:00:00.000000Z')"
DELETE = "DELETE FROM files WHERE id = ?"


class Writer:
    """Creates and deletes files between the pages of a listing, most often around the last item that was listed."""

    def __init__(self, orion: LocalOrion, seed: int) -> None:
        self._orion, self._random = orion, random.Random(seed)
        write(orion, ("DELETE FROM files", [()]), (INSERT, [()] * COUNT))
        self.alive = self._ids()
        # Deleted at any time, so not expected.
        self.gone: set[int] = set()
        self._low = self.alive[0]

    def _ids(self) -> list[int]:
        with self._orion.server._require().stack.store.read_transaction() as db:
            return [row["id"] for row in db.execute("SELECT id FROM files ORDER BY id")]

    def change(self, last: int) -> None:
        """Delete and create some files after the page that ends with an id."""
        drawn = self._random
        near = [
            each for each in (last - drawn.randrange(3), last, last + drawn.randrange(1, 4)) if drawn.random() < 0.5
        ]
        kind = drawn.randrange(8)
        many = (
            range(self._low, last + 1)
            if kind == 0
            else range(last - drawn.randrange(800), last + 1)
            if kind < 3
            else ()
        )
        anywhere = [drawn.randrange(self._low, self._low + COUNT) for _ in range(drawn.randrange(10))]
        gone = {*near, *many, *anywhere}
        self.gone |= gone
        write(self._orion, (DELETE, [(each,) for each in sorted(gone)]), (INSERT, [()] * drawn.randrange(50)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_writer_between_pages(crowd: LocalOrion, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    writer, found, requests, original = Writer(crowd, seed), [], 0, Calls._read

    def read(self: Calls, *args: Any, **options: Any) -> Any:
        nonlocal requests
        requests += 1
        writer.change(found[-1] if found else 0)
        return original(self, *args, **options)

    monkeypatch.setattr(Calls, "_read", read)
    limit = random.Random(seed).choice([1000, 1000, 400])
    for each in crowd.session().list_resources(File, {"limit": limit}, order_by="id"):
        found.append(each.id)
        if len(found) > 3 * COUNT:
            break
    assert found == sorted({*found})
    assert {*writer.alive} - writer.gone <= {*found}
    assert len(found) > COUNT / 2
    # The writer deletes the last item before most requests, so that the pages must step back.
    assert requests > 1.2 * len(found) / limit


def test_a_writer_at_the_same_time(crowd: LocalOrion) -> None:
    writer, stopped, at = Writer(crowd, 1), threading.Event(), [0]

    def change() -> None:
        for _ in range(100):
            if not stopped.is_set():
                writer.change(at[0] or writer.alive[0])

    thread = threading.Thread(target=change)
    thread.start()
    found = []
    try:
        for each in crowd.session().list_resources(File, {"limit": 1000}, order_by="id"):
            at[0] = each.id
            found.append(each.id)
            if len(found) > 3 * COUNT:
                break
    finally:
        stopped.set()
        thread.join()
    assert found == sorted({*found})
    assert {each for each in writer.alive if each <= found[-1]} - writer.gone <= {*found}
