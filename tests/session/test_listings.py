"""Listings: lazy pages, and first, one and count with as few requests as possible."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import (
    BadResponse,
    InvalidCredentials,
    MultipleResultsFound,
    NoResultFound,
    NotFoundResponse,
    OrionError,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import Dataset, File, Project, Shard, ShardCollection


@pytest.fixture
def seven(session: OrionSession) -> ShardCollection:
    """Make a collection of seven shards: three ready, two temporary, two open."""
    collection = ShardCollection.create(session, "seven")
    for name in "abcdefg":
        shard = Shard.create(collection, name)
        if name in "abcde":
            shard.upload_file(name.encode())
        if name in "abc":
            shard.close()
    return collection


def names(listing: Iterator[Any]) -> str:
    return "".join(each.name for each in listing)


def queries(orion: LocalOrion, operation: str) -> int:
    return len(orion.faults.requests(operation))


# ---------------------------------------------------------------------- list_shards


def test_list_shards(seven: ShardCollection) -> None:
    assert names(seven.list_shards()) == "abcdefg"
    assert [each.collection is seven for each in seven.list_shards(limit=2)] == [True, True]
    assert names(iter(list(seven.list_shards(2)))) == "ab"
    assert names(seven.list_shards(2, 3)) == "de"
    assert names(seven.list_shards(limit=100, offset=5)) == "fg"
    assert names(seven.list_shards(offset=7)) == ""
    assert names(seven.list_shards(offset=1000)) == ""
    assert names(seven.list_shards(0)) == ""


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("ready", "abc"),
        ("open", "fg"),
        (["open", "temporary"], "defg"),
        (("open", "temporary", "ready"), "abcdefg"),
        ("thawing", ""),
        (["thawing", "ready"], "abc"),
    ],
)
def test_shards_in_a_state(seven: ShardCollection, state: Any, expected: str) -> None:
    listing = seven.list_shards(state=state)
    assert listing.count() == len(expected)
    assert names(listing) == expected
    assert names(seven.list_shards(1, 1, state=state)) == expected[1:2]


def test_offset_and_limit_go_over_pages(session: OrionSession, seven: ShardCollection) -> None:
    # With pages of two, the offset must apply once and not on every page.
    template = Shard(collection=seven)
    assert names(session.list_resources(template, {"limit": 2, "offset": 1})) == "bcdefg"
    assert names(session.list_resources(template, {"limit": 2, "offset": 1}, limit=5)) == "bcdef"
    assert names(session.list_resources(template, {"limit": 2, "state": ["ready", "open"]})) == "abcfg"
    assert session.list_resources(template, {"name": "D"}).one().name == "d"


@pytest.mark.parametrize("value", [-1, 1.0, "1", True, float("nan")])
def test_invalid_offsets_and_limits_are_rejected(scripted: Scripted, value: Any) -> None:
    session = scripted.session()
    collection = ShardCollection(id=7, session=session)
    for attempt in (
        lambda: collection.list_shards(value),
        lambda: collection.list_shards(offset=value),
        lambda: session.list_resources(File, limit=value),
    ):
        with pytest.raises(ValidationError, match="must be a non-negative integer, not"):
            attempt()
    assert scripted.requests == []


def test_no_state_at_all(scripted: Scripted) -> None:
    with pytest.raises(ValidationError, match="the filter 'state' is an empty list; omit it to list all"):
        ShardCollection(id=7, session=scripted.session()).list_shards(state=[])
    with pytest.raises(ValidationError, match="the filter 'tags' is a list of None; omit it to list all"):
        scripted.session().list_resources(File, {"tags": [None, None]})
    assert scripted.requests == []


# ---------------------------------------------------------------------- lazy


def test_pages_are_requested_lazily(orion: LocalOrion, session: OrionSession, seven: ShardCollection) -> None:
    orion.faults.clear()
    listing = session.list_resources(Shard(collection=seven), {"limit": 3})
    assert queries(orion, "list_shards") == 0
    assert iter(listing) is listing
    assert names(itertools.islice(listing, 3)) == "abc"
    assert queries(orion, "list_shards") == 1
    assert next(listing).name == "d"
    assert queries(orion, "list_shards") == 2
    for each in listing:
        assert each.name == "e"
        break
    # A caller that stops early continues at the next item, and an exhausted listing stays exhausted.
    assert names(listing) == "fg"
    assert names(listing) == ""
    assert next(listing, None) is None
    assert queries(orion, "list_shards") == 3


def test_a_limit_requests_no_more_items(scripted: Scripted) -> None:
    page = {"count": 9, "next": "/next", "results": [{"id": 1}, {"id": 2}]}
    scripted.responses = [ScriptedResponse(data=page)]
    session = scripted.session()
    for limit, requests in ((1, "1"), (2, "2")):
        del scripted.requests[:]
        assert len(list(session.list_resources(File, limit=limit))) == limit
        assert [each.path for each in scripted.requests] == [f"/api/v3/storage/files/?limit={requests}"]
    # A page size of the caller is used, and none exceeds the maximum of the contract.
    del scripted.requests[:]
    assert len(list(session.list_resources(File, {"limit": 5}, limit=1))) == 1
    next(session.list_resources(File, limit=5000))
    assert [each.path.rpartition("?")[2] for each in scripted.requests] == ["limit=5", "limit=1000"]


def test_the_largest_page_is_requested_if_no_limit_is_given(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"count": 0, "next": None, "results": []})]
    filters = {"name": "x"}
    assert list(scripted.session().list_resources(File, filters)) == []
    assert [each.path for each in scripted.requests] == ["/api/v3/storage/files/?name=x&limit=1000"]
    assert filters == {"name": "x"}


def test_filters_are_fixed_by_the_call(session: OrionSession) -> None:
    for name in "ab":
        Dataset.create(session, name)
    filters = {"name": "a"}
    listing = session.list_resources(Dataset, filters)
    filters["name"] = "b"
    assert names(listing) == "a"


def test_extra_query_parameters(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"count": 0, "next": None, "results": []})]
    session, extra = scripted.session(), {"colour": ["red", "green"], "name": "y"}
    assert session.list_resources(File, {"name": "x", "state": "ready"}, extra_query=extra).first() is None
    session.list_resources(File, extra_query={"colour": "red"}).count()
    assert session.list_resources(File, extra_query={"name": "x"}, exact=True).first() is None
    assert [each.path.rpartition("?")[2] for each in scripted.requests] == [
        "name=y&state=ready&colour=red&colour=green&limit=1",
        "colour=red&limit=1",
        "name=x&limit=100",
    ]
    assert extra == {"colour": ["red", "green"], "name": "y"}


def test_a_failed_page_ends_the_iteration(orion: LocalOrion, session: OrionSession, seven: ShardCollection) -> None:
    listing = session.list_resources(Shard(collection=seven), {"limit": 3})
    assert names(itertools.islice(listing, 3)) == "abc"
    orion.faults.script("list_shards", [400])
    with pytest.raises(BadResponse, match="list_shards"):
        next(listing)
    # The iteration ends here and does not start again unnoticed.
    assert list(listing) == []


# ---------------------------------------------------------------------- count, first, one


def test_count_first_and_one(orion: LocalOrion, session: OrionSession, seven: ShardCollection) -> None:
    template = Shard(collection=seven)
    orion.faults.clear()
    listing = session.list_resources(template, {"limit": 2})
    assert listing.count() == 7
    first = listing.first()
    assert first is not None
    assert (first.name, first.session, first.collection) == ("a", session, seven)
    with pytest.raises(MultipleResultsFound) as several:
        listing.one()
    assert queries(orion, "list_shards") == 3
    # The checks moved no offset, and reading changes no response.
    assert names(listing) == "abcdefg"
    assert listing.count() == 7
    assert (listing.first(), names(listing)) == (first, "")
    second = first.id + 1
    assert str(several.value) == f"more than one Shard with {{'limit': 2}}, for example the ids {first.id} and {second}"
    assert seven.list_shards(limit=3).count() == 7
    found = session.list_resources(template, {"name": "g"})
    assert (found.count(), found.one().name, found.one()) == (1, "g", found.first())


def test_an_empty_listing(session: OrionSession) -> None:
    for listing, message in (
        (session.list_resources(Dataset), "no Dataset found"),
        (session.list_resources(Dataset, {"name": "x"}), "no Dataset with {'name': 'x'} found"),
        (
            ShardCollection.create(session, "empty").list_shards(state="ready"),
            "no Shard with {'state': ['ready']} found",
        ),
    ):
        assert (listing.count(), listing.first(), list(listing)) == (0, None, [])
        with pytest.raises(NoResultFound) as caught:
            listing.one()
        assert str(caught.value) == message
        assert isinstance(caught.value, LookupError)
        assert isinstance(caught.value, OrionError)
        assert not isinstance(caught.value, NotFoundResponse)


def test_a_limit_of_one_hides_the_others_from_first_only(session: OrionSession) -> None:
    for _ in range(2):
        Dataset.create(session, "twice")
    listing = session.list_resources(Dataset, {"name": "twice"}, limit=1)
    assert (len(list(listing)), listing.count()) == (1, 2)
    with pytest.raises(MultipleResultsFound):
        listing.one()


@pytest.mark.parametrize("number", [None, "7", [7], 7.5])
def test_a_server_that_says_no_number(scripted: Scripted, number: Any) -> None:
    scripted.responses = [ScriptedResponse(data={"count": number, "next": None, "results": []})]
    with pytest.raises(OrionError, match="cannot count the resources"):
        scripted.session().list_resources(File).count()


def test_invalid_listings_are_rejected(session: OrionSession, seven: ShardCollection) -> None:
    listing = session.list_resources(Shard(collection=seven), {"colour": "red"})
    for ask in (listing.count, listing.first, listing.one, lambda: next(listing)):
        with pytest.raises(BadResponse, match=r"400.*colour"):
            ask()
    with pytest.raises(ValidationError, match="Shard cannot be|needs its collection"):
        session.list_resources(Shard)


def test_nothing_is_resolved_early(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listing = OrionSession().list_resources(File, {"name": "x"}, exact=True)
    with pytest.raises(InvalidCredentials):
        listing.count()
    OrionSession(SessionConfig("http://127.0.0.1:9", "x")).list_resources(File)


# ---------------------------------------------------------------------- exact


def test_exact_names(orion: LocalOrion, session: OrionSession) -> None:
    made = {name: Dataset.create(session, name) for name in ("hits of june", "Hits", "hits", "hits ", "old hits")}
    assert len(list(session.list_resources(Dataset, {"name": "hits"}))) == 5
    listing = session.list_resources(Dataset, {"name": "hits", "limit": 2}, exact=True)
    orion.faults.clear()
    assert listing.one() == made["hits"]
    assert listing.first() == made["hits"]
    assert list(listing) == [made["hits"]]
    assert listing.count() == 1
    # An item on a later page is found, and the server received the same filter.
    assert queries(orion, "list_datasets") == 3 + 2 + 3 + 3
    again = Dataset.create(session, "hits")
    with pytest.raises(MultipleResultsFound, match=f"{made['hits'].id} and {again.id}"):
        listing.one()
    with pytest.raises(NoResultFound):
        session.list_resources(Dataset, {"name": "hit"}, exact=True).one()
    assert list(session.list_resources(Dataset, {"name": "hits"}, limit=1, exact=True)) == [made["hits"]]
    assert session.list_resources(Dataset, {"name": "hits"}, limit=1, exact=True).count() == 2


def test_exact_for_every_kind_that_has_names(session: OrionSession, seven: ShardCollection) -> None:
    assert session.list_resources(Project, {"name": "Shared project"}, exact=True).one().id == 3
    assert list(session.list_resources(Project, {"name": "project"}, exact=True)) == []
    assert session.list_resources(Shard(collection=seven), {"name": "a"}, exact=True).one().name == "a"
    assert list(session.list_resources(Shard(collection=seven), {"name": "A"}, exact=True)) == []
    assert session.list_resources(ShardCollection, {"name": "seven"}, exact=True).one() == seven


def test_exact_needs_a_name(scripted: Scripted) -> None:
    session = scripted.session()
    for filters in (None, {}, {"project": 7}):
        with pytest.raises(ValidationError, match="exact=True requires the filter name or title"):
            session.list_resources(File, filters, exact=True)
    assert scripted.requests == []
    # Kinds that have a title match it instead.
    results = [{"id": 1, "title": "dock"}, {"id": 2, "title": "docking"}, {"id": 3}]
    scripted.responses = [ScriptedResponse(data={"count": 3, "next": None, "results": results})]
    assert [each.id for each in session.list_resources(File, {"title": "dock"}, exact=True)] == [1]
