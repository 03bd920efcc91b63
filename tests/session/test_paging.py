"""Paging without a next link, and the page size."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.operations import OPERATIONS

from orionclient.exceptions import BadResponse, OrionConnectionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Folder, MolsearchQuery, ShardCollection, Upload

NAMED = {"name": "x", "path": "/x", "project": 1}


def send(handler: BaseHTTPRequestHandler, data: Any, status: int = 200) -> None:
    body = json.dumps(data).encode()
    handler.send_response_only(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def numbers(handler: BaseHTTPRequestHandler) -> dict[str, int]:
    found = parse_qs(urlsplit(handler.path).query)
    return {name: int(values[0]) for name, values in found.items() if values[0].isdigit()}


def paged(
    total: int, *, most: int = 1000, usual: int = 100, ids: bool = True, **more: Callable[[int, int], Any]
) -> ScriptedResponse:
    """Serve pages by `limit` and `offset`.

    `more` maps the first item of a page and the item behind its last one to further fields of the page.
    """

    def write(handler: BaseHTTPRequestHandler) -> None:
        query = numbers(handler)
        start = query.get("offset", 0)
        end = min(start + min(query.get("limit", usual), most), total)
        results = [{"id": each} if ids else {**NAMED, "name": f"{each}", "number": each} for each in range(start, end)]
        send(handler, {"results": results, **{name: make(start, end) for name, make in more.items()}})

    return ScriptedResponse(write=write)


def counted(total: int) -> Callable[[int, int], int]:
    return lambda _start, _end: total


def queries(scripted: Scripted) -> list[str]:
    return [urlsplit(each.path).query for each in scripted.requests]


def ids_of(listing: Iterator[Any]) -> list[int]:
    return [each.id for each in listing]


# ---------------------------------------------------------------------- pages without a next link


@pytest.mark.parametrize("total", [0, 1, 99, 100, 101, 250, 300])
@pytest.mark.parametrize("named", [True, False])
def test_without_next_the_count_ends_the_listing(scripted: Scripted, total: int, named: bool) -> None:
    scripted.responses = [paged(total, most=100, count=counted(total))]
    filters = {"name": "x"} if named else {}
    assert ids_of(scripted.session().list_resources(File, filters)) == list(range(total))
    before = "name=x&" if named else ""
    offsets = ["", *(f"offset={each}&" for each in range(100, total, 100))]
    assert queries(scripted) == [f"{before}{offset}limit=1000" for offset in offsets]


@pytest.mark.parametrize(
    ("total", "most", "requests"),
    [
        # A full page needs one more request; a first page that is not full may be the largest that the server sends.
        (2000, 1000, 3),
        (1500, 1000, 2),
        (250, 100, 3),
        (300, 100, 4),
        (7, 1000, 2),
        (0, 1000, 1),
    ],
)
def test_without_next_and_count_a_short_page_ends_the_listing(
    scripted: Scripted, total: int, most: int, requests: int
) -> None:
    scripted.responses = [paged(total, most=most)]
    assert ids_of(scripted.session().list_resources(File)) == list(range(total))
    assert len(scripted.requests) == requests


def test_pages_of_the_callers_size_continue_by_offset(scripted: Scripted) -> None:
    scripted.responses = [paged(9, count=counted(9))]
    session = scripted.session()
    assert ids_of(session.list_resources(File, {"limit": 4})) == list(range(9))
    assert queries(scripted) == ["limit=4", "limit=4&offset=4", "limit=4&offset=8"]
    del scripted.requests[:]
    assert ids_of(session.list_resources(File, {"limit": 4, "offset": 2})) == list(range(2, 9))
    assert queries(scripted) == ["limit=4&offset=2", "limit=4&offset=6"]
    del scripted.requests[:]
    assert ids_of(session.list_resources(File, {"offset": 2}, limit=3)) == [2, 3, 4]
    assert queries(scripted) == ["offset=2&limit=3"]


def test_a_null_next_link_ends_the_listing_whatever_the_count(scripted: Scripted) -> None:
    scripted.responses = [paged(250, most=100, count=counted(250), next=lambda _start, _end: None)]
    assert len(ids_of(scripted.session().list_resources(File))) == 100
    assert len(scripted.requests) == 1


def test_the_last_link_may_be_missing(scripted: Scripted) -> None:
    """The server names the next page by a cursor, and omits the link on the last page."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        start = numbers(handler).get("cursor", 0)
        following = {"next": f"?cursor={start + 2}"} if start < 4 else {}
        send(handler, {"results": [{"id": start}, {"id": start + 1}], "count": 6, **following})

    scripted.responses = [ScriptedResponse(write=write)]
    assert ids_of(scripted.session().list_resources(File)) == list(range(6))
    assert len(scripted.requests) == 3


def test_an_offset_continues_after_links(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"results": [{"id": 0}, {"id": 1}], "next": "?cursor=2", "count": 5}))
    scripted.then(ScriptedResponse(data={"results": [{"id": 2}], "count": 5}), paged(5, count=counted(5)))
    assert ids_of(scripted.session().list_resources(File)) == list(range(5))
    assert queries(scripted) == ["limit=1000", "cursor=2", "offset=3&limit=1000"]


@pytest.mark.parametrize("has_ids", [True, False])
def test_a_repeated_page_is_an_error(scripted: Scripted, has_ids: bool) -> None:
    """A server that ignores `offset` sends the first page forever."""
    page = [{"id": each} for each in range(3)] if has_ids else [{**NAMED, "path": f"/{each}"} for each in range(3)]
    scripted.responses = [ScriptedResponse(data={"results": page, "count": 7})]
    listing: Iterator[Any] = scripted.session().list_resources(File if has_ids else Folder)
    assert len(list(itertools.islice(listing, 3))) == 3
    with pytest.raises(BadResponse, match="incomplete listing: after 3 of 7 items the next page equals the last one"):
        next(listing)
    assert len(scripted.requests) == 2


def test_an_empty_page_before_the_count_is_an_error(scripted: Scripted) -> None:
    scripted.responses = [paged(3, count=counted(7))]
    listing = scripted.session().list_resources(File)
    assert ids_of(itertools.islice(listing, 3)) == [0, 1, 2]
    with pytest.raises(BadResponse, match="incomplete listing: after 3 of 7 items the next page is empty"):
        next(listing)
    scripted.responses = [ScriptedResponse(data={"results": [], "count": 7})]
    with pytest.raises(BadResponse, match="after 0 of 7 items the next page is empty"):
        list(scripted.session().list_resources(File))


def test_a_repeated_full_page_is_an_error_without_a_count(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"results": [{"id": 1}, {"id": 2}]})]
    with pytest.raises(BadResponse, match="incomplete listing: after 2 items the next page equals the last one"):
        list(scripted.session().list_resources(File, {"limit": 2}))
    # A server that sends everything, whatever was requested, hides no item.
    del scripted.requests[:]
    assert ids_of(scripted.session().list_resources(File)) == [1, 2]
    assert len(scripted.requests) == 2


def test_the_count_of_the_last_page_is_used(scripted: Scripted) -> None:
    """Items may be added and deleted while a listing is read."""
    counts = iter([5, 5, 7, 7])
    scripted.responses = [paged(7, most=2, count=lambda _start, _end: next(counts))]
    assert ids_of(scripted.session().list_resources(File)) == list(range(7))


@pytest.mark.parametrize("count", [None, "250", True, 2.5])
def test_an_invalid_count_is_ignored(scripted: Scripted, count: Any) -> None:
    scripted.responses = [paged(250, most=100, count=counted(count))]
    assert len(ids_of(scripted.session().list_resources(File))) == 250


def test_an_operation_without_offset_does_not_end_silently(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    from attrs import evolve
    from orion_api.api.files import list_files

    monkeypatch.setattr(list_files, "OPERATION", evolve(list_files.OPERATION, offset=False))
    scripted.responses = [paged(250, most=100, count=counted(250))]
    with pytest.raises(BadResponse, match="after 100 of 250 items .* list_files has no offset"):
        list(scripted.session().list_resources(File))
    scripted.responses = [paged(7)]
    assert len(ids_of(scripted.session().list_resources(File))) == 7


LISTINGS: dict[str, Callable[[OrionSession], Iterator[Any]]] = {
    "tags": lambda session: session.list_tags(File(id=1)),
    "shares": lambda session: session.list_shares(File(id=1)),
    "shards": lambda session: ShardCollection(id=1, session=session).list_shards(),
    "folders": lambda session: session.list_resources(Folder),
    "hits": lambda session: MolsearchQuery(id=1, session=session).hits(),
    "uploads": lambda session: session.list_resources(Upload),
}


@pytest.mark.parametrize("name", LISTINGS)
def test_every_listing_continues_by_offset(scripted: Scripted, name: str) -> None:
    has_ids = name in {"shards", "uploads"}
    scripted.responses = [paged(250, most=100, ids=has_ids, count=counted(250))]
    assert len(list(LISTINGS[name](scripted.session()))) == 250
    assert queries(scripted) == ["limit=1000", "offset=100&limit=1000", "offset=200&limit=1000"]


def test_every_listing_of_the_contract_can_be_continued() -> None:
    listings = [each for each in OPERATIONS.values() if each.paging == "link"]
    assert len(listings) > 20
    assert {(each.largest_page, each.offset) for each in listings} == {(1000, True)}
    assert not [each.id for each in OPERATIONS.values() if each.paging != "link" and (each.largest_page or each.offset)]


def test_the_local_orion_accepts_an_offset(orion: LocalOrion, session: OrionSession) -> None:
    for each in range(5):
        session.create_paths(f"/{each}")
        Dataset.create(session, f"{each}")
    assert [each.name for each in session.list_resources(Dataset, {"offset": 3})] == ["3", "4"]
    assert [each.name for each in session.list_resources(Dataset, {"offset": 1, "limit": 2})] == ["1", "2", "3", "4"]
    paths = [each.path for each in session.list_resources(Folder)]
    assert [each.path for each in session.list_resources(Folder, {"offset": 2})] == paths[2:]
    # Pages without links, as from a server that supports only `offset`.
    orion.faults.clear()
    orion.faults.script("list_datasets", ["remove;field=next"], times=9)
    assert [each.name for each in session.list_resources(Dataset, {"limit": 2})] == ["0", "1", "2", "3", "4"]
    assert len(orion.faults.requests("list_datasets")) == 3


# ---------------------------------------------------------------------- items per page


@pytest.mark.parametrize("total", [0, 999, 1000, 2500])
def test_a_listing_requests_a_thousand_items_per_page(scripted: Scripted, total: int) -> None:
    scripted.responses = [
        paged(total, count=counted(total), next=lambda _, end: f"?limit=1000&offset={end}" if end < total else None)
    ]
    assert ids_of(scripted.session().list_resources(File)) == list(range(total))
    assert len(scripted.requests) == max(1, -(-total // 1000))


def test_small_listings_request_small_pages(scripted: Scripted) -> None:
    scripted.responses = [
        paged(5000, count=counted(5000), next=lambda start, _: f"?offset={start + 9}" if start < 9 else None)
    ]
    session = scripted.session()
    listing = session.list_resources(File)
    assert listing.count() == 5000
    assert listing.first() == File(id=0)
    with pytest.raises(LookupError):
        listing.one()
    assert len(list(session.list_resources(File, limit=5))) == 5
    assert queries(scripted) == ["limit=1", "limit=1", "limit=2", "limit=5"]
    del scripted.requests[:]
    assert session.list_resources(File, {"name": "x"}, exact=True).first() is None
    assert queries(scripted)[0] == "name=x&limit=100"


def rejecting(largest: int, total: int, status: int, body: Any) -> ScriptedResponse:
    """Serve as a server that rejects a larger `limit`, or every limit if `largest` is 0."""
    good = paged(total, count=counted(total), next=lambda _, end: f"?offset={end}" if end < total else None)

    def write(handler: BaseHTTPRequestHandler) -> None:
        if numbers(handler).get("limit", 0) > largest:
            send(handler, body, status)
        else:
            good.write(handler)  # type: ignore[misc]

    return ScriptedResponse(write=write)


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("body", [{"detail": 'The parameter "limit" is too large.'}, {"limit": ["at most 100"]}])
@pytest.mark.parametrize(
    ("largest", "first"), [(500, ["limit=1000", "limit=100"]), (0, ["limit=1000", "limit=100", ""])]
)
def test_a_rejected_limit_is_reduced_and_remembered(
    scripted: Scripted, status: int, body: Any, largest: int, first: list[str]
) -> None:
    scripted.responses = [rejecting(largest, 150, status, body)]
    session = scripted.session()
    assert ids_of(session.list_resources(File)) == list(range(150))
    assert queries(scripted) == [*first, "offset=100"]
    del scripted.requests[:]
    # Another session of the process shares the limit, and another operation does not.
    assert len(ids_of(scripted.session().list_resources(File))) == 150
    assert queries(scripted) == [first[-1], "offset=100"]
    del scripted.requests[:]
    assert len(ids_of(session.list_resources(File, limit=2))) == 2
    assert queries(scripted) == ["limit=2" if largest else ""]
    del scripted.requests[:]
    next(session.list_resources(Dataset))
    assert queries(scripted) == first


def test_other_errors_do_not_reduce_the_limit(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(400, {"detail": 'Unknown parameter "colour"; known are limit, name.'})]
    session = scripted.session()
    with pytest.raises(BadResponse, match="colour"):
        list(session.list_resources(File, {"colour": "red"}))
    scripted.responses = [ScriptedResponse(403, {"detail": "limit"})]
    del scripted.requests[:]
    with pytest.raises(BadResponse):
        list(session.list_resources(File))
    assert queries(scripted) == ["limit=1000"]
    # The limit of the caller is used unchanged.
    scripted.responses = [rejecting(0, 9, 400, {"detail": "limit"})]
    del scripted.requests[:]
    with pytest.raises(BadResponse, match="limit"):
        list(session.list_resources(File, {"limit": 3}))
    assert queries(scripted) == ["limit=3"]


def test_pages_that_exceed_the_size_limit_are_requested_smaller(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand items of 100 kB exceed the size of one response."""
    from orionclient._transport import exchange

    monkeypatch.setattr(exchange, "_MAX_BODY_SIZE", 4000)

    def write(handler: BaseHTTPRequestHandler) -> None:
        query = numbers(handler)
        start = query.get("offset", query.get("cursor", 0))
        end = min(start + query.get("limit", 100), 400)
        # The large items are on a later page.
        results = [{"id": each, "text": "x" * 30 * (each >= 200)} for each in range(start, end)]
        small = results[:150] if start == 0 else results
        following = {"next": f"?limit=1000&cursor={len(small)}"} if start == 0 else {}
        send(handler, {"results": small, "count": 400, **following})

    scripted.responses = [ScriptedResponse(write=write)]
    session = scripted.session()
    listing = session.list_resources(File)
    assert ids_of(itertools.islice(listing, 150)) == list(range(150))
    with pytest.raises(OrionConnectionError, match="response too large"):
        list(listing)
    monkeypatch.setattr(exchange, "_MAX_BODY_SIZE", 8000)
    assert ids_of(session.list_resources(File)) == list(range(400))
    assert "offset=150&limit=100" in queries(scripted)
