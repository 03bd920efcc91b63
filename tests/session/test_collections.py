"""Collections through the session: states, what each state allows, and waiting for state changes."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._resources import polling
from orionclient._runtime.clock import CLOCK
from orionclient.emulator.faults import status
from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    NotFoundResponse,
    OrionError,
    OrionServiceError,
    OrionTimeout,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import Project, Shard, ShardCollection, User

COLLECTIONS = "/api/v1/storage/collections/"


def states(*names: str) -> list[ScriptedResponse]:
    return [ScriptedResponse(data={"id": 7, "state": name, "results": [], "count": 0}) for name in names]


def scripted_collection(scripted: Scripted) -> ShardCollection:
    return ShardCollection(id=7, session=scripted.session())


def requests(scripted: Scripted) -> list[str]:
    return [f"{each.method} {each.path.removeprefix(COLLECTIONS)}" for each in scripted.requests]


@pytest.fixture
def slow(tmp_path: Path, real_time: None) -> Iterator[LocalOrion]:
    """Start a local Orion whose collections take a while to process."""
    with LocalOrion(tmp_path / "slow", seed="demo", processing=2.0) as running:
        yield running


@pytest.fixture
def collection(session: OrionSession) -> ShardCollection:
    return ShardCollection.create(session, "frames")


# ---------------------------------------------------------------------- create, find, update, delete


def test_create(session: OrionSession, plain: Plain) -> None:
    metadata = {"frames": 10, "nested": {"ü": [1, None, 2.5]}}
    made = ShardCollection.create(
        session,
        "frames",
        metadata,
        Project(id=3),
        "/runs/june",
        description="of june",
        tags=["a", None, "b"],
        version=2,
    )
    wire = plain.get(f"{COLLECTIONS}{made.id}/")
    assert made.to_dict() == wire
    assert (made.name, made.state, made.metadata, made.project) == ("frames", "open", metadata, 3)
    assert (made.path, made.description, made.version, made.shard_count) == ("/runs/june", "of june", 2, 0)
    assert (made.owner, made.deleted) == (1, "")
    assert made.created.endswith("Z")
    assert {tag["name"] for tag in session.list_tags(made)} == {"a", "b"}


def test_create_by_position_and_by_name(session: OrionSession) -> None:
    third = ShardCollection.create(session, "x", {"a": 1})
    assert (third.metadata, third.project, third.version) == ({"a": 1}, 1, 1)
    named = ShardCollection.create(session=session, name="x", metadata={"a": 1}, project=3, folder_path="/f")
    assert (named.metadata, named.project, named.path) == ({"a": 1}, 3, "/f")
    bare = ShardCollection.create(session, "x")
    assert (bare.metadata, bare.description, bare.path) == ({}, "", None)


@pytest.mark.parametrize("name", [None, "", "4242", "ü/../x?y#z"])
def test_any_name(session: OrionSession, plain: Plain, name: str | None) -> None:
    made = ShardCollection.create(session, name)
    assert made.name == plain.get(f"{COLLECTIONS}{made.id}/")["name"] == (name or "")


def test_by_the_verbs(session: OrionSession, plain: Plain) -> None:
    made = session.create_resource(ShardCollection, {"name": "by verbs", "metadata": {"a": 1}})
    assert session.get_resource(ShardCollection, str(made.id)).metadata == {"a": 1}
    session.update_resource(made, {"metadata": {"b": 2}, "description": "new"})
    assert (made.name, made.metadata, made.description) == ("by verbs", {"b": 2}, "new")
    with pytest.raises(ValidationError, match="cannot be created with content"):
        session.create_resource(ShardCollection, {"name": "x"}, files={"file": b""})
    found = session.list_resources(ShardCollection, {"name": "VERBS", "project": 1, "state": "open"})
    assert list(found) == [made]
    assert list(session.list_resources(ShardCollection, {"state": "ready"})) == []
    assert session.delete_resource(ShardCollection(id=made.id)) is True
    assert plain.status(f"{COLLECTIONS}{made.id}/") == 404
    assert session.list_resources(ShardCollection, {"deleted": True}).one() == made


def test_delete_for_good(session: OrionSession, plain: Plain, collection: ShardCollection) -> None:
    Shard.create(collection, file=b"x")
    assert session.delete_resource(collection, immediate=True) is True
    assert plain.status(f"{COLLECTIONS}{collection.id}/") == 404
    assert plain.get(f"{COLLECTIONS}?deleted=true")["count"] == 0


def test_tags_shares_folders_and_links(session: OrionSession, orion: LocalOrion, collection: ShardCollection) -> None:
    grace = orion.session("grace")
    shard = Shard.create(collection, "one", file=b"content")
    with pytest.raises(AuthorizationRequired):
        grace.get_resource(ShardCollection, collection.id)
    session.tag_resource(collection, "Job 1")
    session.assign_paths({"resource_type": ShardCollection, "id": collection.id, "path": "/runs"})
    session.share_resource(collection, User(id=2))
    assert session.list_resources(ShardCollection, {"tags": "Job 1", "path": "/runs"}).one() == collection
    link = grace.get_link(json.loads(json.dumps(session.create_link(collection))))
    hers = link.get_resource()
    assert (type(hers), hers, hers.session) == (ShardCollection, collection, grace)
    # A share grants reading the shards, and changing nothing.
    seen = hers.list_shards().one()
    assert (seen, b"".join(seen.download())) == (shard, b"content")
    for attempt in (hers.open, hers.close, lambda: Shard.create(hers), lambda: grace.delete_resource(seen), seen.close):
        with pytest.raises(AuthorizationRequired, match="read-only"):
            attempt()


def test_reading_fields_sends_no_request(orion: LocalOrion, session: OrionSession, collection: ShardCollection) -> None:
    shard = Shard.create(collection, "one", {"a": 1}, file=b"x")
    orion.faults.clear()
    for each in (collection, shard, shard.collection):
        for name in each.fields():
            getattr(each, name)
        assert each.name in f"{each} {each!r} {each.to_dict()}"
        assert {each: 1}[each] == 1
    assert (shard.collection, shard.collection.state) == (collection, "open")
    session.create_link(shard)
    session.create_link(collection)
    collection.list_shards(5, 2, state="ready")
    session.list_resources(Shard(collection=collection), limit=3)
    assert orion.faults.requests() == []


# ---------------------------------------------------------------------- metadata


def test_metadata_at_the_limit(session: OrionSession, plain: Plain, collection: ShardCollection) -> None:
    # Every ü takes two bytes, and spaces are neither sent nor counted.
    largest = {"a": "ü" * ((262144 - len('{"a":""}')) // 2)}
    assert ShardCollection.create(session, "x", largest).metadata == largest
    assert Shard.create(collection, "x", largest).metadata == largest
    larger, before = {"a": largest["a"] + "ü"}, plain.get(COLLECTIONS)["count"]
    for attempt in (
        lambda: ShardCollection.create(session, "x", larger),
        lambda: Shard.create(collection, "x", larger),
    ):
        with pytest.raises(ValidationError, match="the metadata has 262146 bytes as JSON; the maximum is 262144"):
            attempt()
    with pytest.raises(BadResponse, match=r"422.*262146 bytes"):
        session.update_resource(collection, {"metadata": larger})
    assert plain.get(COLLECTIONS)["count"] == before
    assert collection.metadata == {}


@pytest.mark.parametrize(
    "metadata", [{"a": object()}, {"a": float("nan")}, {"a": b"bytes"}, {("a",): 1}, "text", 7, [1]]
)
def test_invalid_metadata_is_rejected(scripted: Scripted, metadata: Any) -> None:
    session = scripted.session()
    for attempt in (
        lambda: ShardCollection.create(session, "x", metadata),
        lambda: Shard.create(ShardCollection(id=7, session=session), "x", metadata),
    ):
        with pytest.raises(ValidationError, match="metadata (must be a mapping, not|is not JSON serializable)"):
            attempt()
    assert scripted.requests == []


def test_metadata_is_a_copy(collection: ShardCollection) -> None:
    made = Shard.create(collection, "x", {"a": {"b": [1]}})
    made.metadata["a"]["b"].append(2)
    made.metadata["c"] = 3
    assert made.metadata == {"a": {"b": [1]}}
    with pytest.raises(AttributeError, match=r"change it with session.update_resource"):
        made.metadata = {}  # type: ignore[assignment]


def test_invalid_metadata_from_the_server_is_an_error() -> None:
    for value, shown in ((None, "None"), ([1], r"\[1\]")):
        with pytest.raises(OrionError, match=f"ShardCollection 7: the server sent {shown} for 'metadata'"):
            _ = ShardCollection.from_msg({"id": 7, "metadata": value}).metadata


# ---------------------------------------------------------------------- open and close


def test_open_and_close_are_idempotent(collection: ShardCollection, plain: Plain) -> None:
    for _ in range(2):
        assert collection.open() is None  # type: ignore[func-returns-value]
        assert collection.state == "open"
    for _ in range(2):
        assert collection.close() is None  # type: ignore[func-returns-value]
        collection.wait()
        assert collection.state == "ready"
    collection.open()
    assert collection.state == plain.get(f"{COLLECTIONS}{collection.id}/")["state"] == "open"


def test_open_on_a_handle_is_usable_on_the_next_line(session: OrionSession, collection: ShardCollection) -> None:
    collection.close()
    collection.wait()
    again = session.get_resource(ShardCollection, collection.id)
    if again.state == "ready":
        again.open()
    assert Shard.create(again, "one", file=b"x").state == "ready"


def test_operations_that_need_an_open_collection(session: OrionSession, collection: ShardCollection) -> None:
    ready = Shard.create(collection, "ready", file=b"x")
    lost = Shard.create(collection, "lost")
    lost.upload_file(b"x")
    open_shard = Shard.create(collection, "open")
    with pytest.warns(UserWarning, match="2 shards"):
        collection.close()
    collection.wait()
    reason = f"The collection {collection.id} is ready; only an open collection (?s:.*)collection.ensure_open\\(\\) waits until"
    with pytest.raises(BadResponse, match=f"create_shard POST .*409 Conflict: {reason}"):
        Shard.create(collection)
    with pytest.raises(BadResponse, match=f"409 Conflict: {reason}"):
        Shard.create(collection, file=b"x")
    with pytest.raises(BadResponse, match=f"upload_shard_content PUT .*409 Conflict: {reason}"):
        ready.upload_file(b"y")
    with pytest.raises(BadResponse, match=f"409 Conflict: The collection {collection.id} is ready"):
        session.delete_resource(ready)
    for gone in (lost, open_shard):
        with pytest.raises(NotFoundResponse):
            gone.close()
    assert b"".join(ready.download()) == b"x"
    ready.close()
    session.update_resource(ready, {"name": "renamed"})
    session.refresh_resource(collection)
    assert (collection.shard_count, collection.list_shards().one().name) == (1, "renamed")


def test_open_while_it_is_processed(slow: LocalOrion) -> None:
    collection = ShardCollection.create(slow.session(), "x")
    collection.close()
    with pytest.raises(BadResponse) as caught:
        collection.open()
    assert f"The collection {collection.id} is processing" in str(caught.value)
    assert "collection.ensure_open() waits until the collection can be opened, and opens it" in str(caught.value)
    collection.close()
    assert collection.state == "processing"
    with pytest.raises(BadResponse, match="is processing; only an open collection accepts shards"):
        Shard.create(collection)


def test_closing_warns_about_shards_that_are_lost(session: OrionSession, collection: ShardCollection) -> None:
    ready, temporary = Shard.create(collection, "ready", file=b"x"), Shard.create(collection, "temporary")
    temporary.upload_file(b"y")
    with pytest.warns(UserWarning, match="not closed") as warned:
        collection.close()
    assert str(warned[0].message) == (
        f"1 shard of ShardCollection {collection.id} not closed: closing the collection drops them;"
        " call shard.close() after each upload"
    )
    assert [warning.filename for warning in warned] == [__file__]
    collection.wait()
    assert list(collection.list_shards()) == [ready]
    collection.open()
    for _ in range(3):
        Shard.create(collection)
    with pytest.warns(UserWarning, match="^3 shards of"):
        collection.close()


def test_closing_does_not_warn_if_no_shard_is_lost(session: OrionSession, collection: ShardCollection) -> None:
    Shard.create(collection, "ready", file=b"x")
    session.delete_resource(Shard.create(collection, "deleted"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        collection.close()
        collection.wait()
        collection.close()
        ShardCollection(id=collection.id, session=session).close()


def test_a_warning_that_is_an_error_leaves_it_open(session: OrionSession, collection: ShardCollection) -> None:
    shard = Shard.create(collection)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="1 shard"):
            collection.close()
    session.refresh_resource(collection)
    assert collection.state == "open"
    shard.upload_file(b"")


def test_closing_sends_two_requests(orion: LocalOrion, collection: ShardCollection) -> None:
    for index in range(5):
        Shard.create(collection, str(index), file=b"")
    orion.faults.clear()
    collection.close()
    assert [seen.operation for seen in orion.faults.requests()] == ["list_shards", "close_collection"]


# ---------------------------------------------------------------------- wait


def test_wait(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("processing", "processing", "ready")
    collection, seen = scripted_collection(scripted), []
    assert collection.wait(progress=lambda each: seen.append((each is collection, each.state))) is None
    assert seen == [(True, "processing"), (True, "processing"), (True, "ready")]
    assert requests(scripted) == ["GET 7/"] * 3
    # The first waits are half a second with a jitter of one half.
    assert all(0.25 <= wait <= 0.75 for wait in skipped_waits)
    scripted.responses = states("open")
    collection.wait("open", timeout=0)
    assert (collection.state, len(scripted.requests)) == ("open", 4)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> ShardCollection:
    """A collection that stays in processing, for tests of hundreds of polls without a slow server."""
    monkeypatch.setattr(polling, "refresh", lambda *_: None)
    return ShardCollection(id=7, state="processing")


def test_wait_polls_with_growing_intervals(
    stuck: ShardCollection, skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CLOCK, "uniform", lambda low, high: (low + high) / 2)
    with pytest.raises(OrionTimeout):
        stuck.wait(timeout=3600)
    assert skipped_waits[0] == 0.5
    # The last wait is the rest of the timeout.
    assert skipped_waits[:-1] == sorted(skipped_waits[:-1])
    assert max(skipped_waits) == 30
    assert sum(skipped_waits) <= 3600
    assert len(skipped_waits) < 250


def test_poll_times_of_two_waits_differ(stuck: ShardCollection, skipped_waits: list[float]) -> None:
    waits = []
    for _ in range(2):
        with pytest.raises(OrionTimeout):
            stuck.wait(timeout=20)
        waits.append(list(skipped_waits))
        del skipped_waits[:]
    assert waits[0] != waits[1]
    assert all(0.25 <= wait <= 1.6 for wait in waits[0][:-1])


def test_wait_times_out(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("processing")
    with pytest.raises(OrionTimeout) as caught:
        scripted_collection(scripted).wait(timeout=2)
    assert str(caught.value) == "waited 2 s for ShardCollection 7 to become 'ready'; it is 'processing'"
    assert isinstance(caught.value, TimeoutError)
    assert sum(skipped_waits) <= 2
    # A last poll follows the last wait.
    assert len(scripted.requests) == len(skipped_waits) + 1


@pytest.mark.parametrize("state", ["error", "deleting"])
def test_final_states_end_the_wait(scripted: Scripted, skipped_waits: list[float], state: str) -> None:
    scripted.responses = states("processing", state)
    with pytest.raises(OrionError, match=f"^ShardCollection 7 is '{state}' and will not become 'ready'$"):
        scripted_collection(scripted).wait()
    assert len(scripted.requests) == 2
    scripted.responses = states(state)
    with pytest.raises(OrionError, match=f"^ShardCollection 7 is '{state}' and cannot be opened$"):
        scripted_collection(scripted).ensure_open()
    collection = scripted_collection(scripted)
    collection.wait(state)
    assert collection.state == state


@pytest.mark.parametrize("timeout", [-1, float("nan"), "60", None])
def test_invalid_timeouts_are_rejected(scripted: Scripted, timeout: Any) -> None:
    collection = scripted_collection(scripted)
    for attempt in (lambda: collection.wait(timeout=timeout), lambda: collection.ensure_open(timeout)):
        with pytest.raises(ValidationError, match="timeout must be seconds"):
            attempt()
    assert scripted.requests == []


def test_wait_for_a_deleted_collection(orion: LocalOrion, session: OrionSession, skipped_waits: list[float]) -> None:
    for verb in (ShardCollection.wait, ShardCollection.ensure_open):
        del skipped_waits[:]
        # As from a stack with replicas, where a 404 is not final.
        orion.faults.clear()
        orion.faults.script("get_collection", [status(404, json={"detail": "The collection 99 does not exist."})] * 9)
        with pytest.raises(NotFoundResponse, match="collection 99 does not exist"):
            verb(ShardCollection(id=99, session=session), timeout=10)
        assert 0 < sum(skipped_waits) <= 10


def test_an_unknown_state_is_waited_through(scripted: Scripted) -> None:
    scripted.responses = states("thawing", "ready")
    collection = scripted_collection(scripted)
    collection.wait()
    assert collection.state == "ready"
    scripted.responses = states("thawing")
    with pytest.raises(OrionTimeout, match="it is 'thawing'"):
        collection.ensure_open(timeout=3)
    assert "POST 7/open/" not in requests(scripted)


def test_an_error_of_the_progress_callback_ends_the_wait(scripted: Scripted) -> None:
    scripted.responses = states("processing")

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scripted_collection(scripted).wait(progress=stop)
    assert len(scripted.requests) == 1


def test_wait_in_real_time(slow: LocalOrion) -> None:
    collection = ShardCollection.create(slow.session(), "x")
    start = time.monotonic()
    collection.close()
    assert collection.state == "processing"
    with pytest.raises(OrionTimeout, match="waited 0.1 s for .*it is 'processing'"):
        collection.wait(timeout=0.1)
    collection.wait(timeout=30)
    assert collection.state == "ready"
    assert time.monotonic() - start >= 2.0


# ---------------------------------------------------------------------- ensure_open and opened


def test_ensure_open_of_an_open_collection_only_checks(scripted: Scripted) -> None:
    scripted.responses = states("open")
    collection = scripted_collection(scripted)
    collection.ensure_open()
    assert (requests(scripted), collection.state) == (["GET 7/"], "open")


def test_ensure_open_waits_and_opens(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("processing", "processing", "ready", "open")
    collection = scripted_collection(scripted)
    collection.ensure_open()
    assert requests(scripted) == ["GET 7/", "GET 7/", "GET 7/", "POST 7/open/"]
    assert (collection.state, len(skipped_waits)) == ("open", 2)


def test_ensure_open_after_another_client_opened_it(scripted: Scripted) -> None:
    scripted.responses = [
        *states("ready"),
        ScriptedResponse(409, {"detail": "is processing"}),
        *states("processing"),
    ]
    scripted.then(*states("ready", "open"))
    collection = scripted_collection(scripted)
    collection.ensure_open()
    assert requests(scripted) == ["GET 7/", "POST 7/open/", "GET 7/", "GET 7/", "POST 7/open/"]
    assert collection.state == "open"


@pytest.mark.parametrize(
    ("status", "error"), [(403, AuthorizationRequired), (404, NotFoundResponse), (500, OrionServiceError)]
)
def test_ensure_open_hides_no_other_error(scripted: Scripted, status: int, error: type[BadResponse]) -> None:
    scripted.responses = [*states("ready"), ScriptedResponse(status, {"detail": "no"})]
    with pytest.raises(error, match="open_collection"):
        scripted_collection(scripted).ensure_open()
    assert len(scripted.requests) == 2


def test_ensure_open_times_out(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("processing")
    with pytest.raises(OrionTimeout, match="^waited 5 s for ShardCollection 7 to become 'open'; it is 'processing'$"):
        scripted_collection(scripted).ensure_open(timeout=5)
    assert sum(skipped_waits) <= 5


def test_many_threads_open_one_collection(slow: LocalOrion) -> None:
    session = slow.session()
    collection = ShardCollection.create(session, "x")
    collection.close()
    problems: list[Exception] = []
    barrier = threading.Barrier(8)

    def work(index: int) -> None:
        # Half of the threads share one object, the others use one of their own.
        mine = collection if index % 2 else session.get_resource(ShardCollection, collection.id)
        barrier.wait(120)
        try:
            with mine.opened(timeout=60) as there:
                for each in range(5):
                    Shard.create(there, f"{index}.{each}", file=b"%d" % each)
        except Exception as error:  # noqa: BLE001 - any error must be reported
            problems.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    session.refresh_resource(collection)
    assert (collection.state, collection.shard_count) == ("open", 40)
    assert collection.list_shards(state="ready").count() == 40


def test_opened_leaves_it_open(session: OrionSession, collection: ShardCollection) -> None:
    collection.close()
    with collection.opened() as same:
        assert same is collection
        assert collection.state == "open"
        Shard.create(collection, file=b"x")
    session.refresh_resource(collection)
    assert collection.state == "open"


@pytest.mark.parametrize("failing", [False, True])
def test_opened_closes_on_request(collection: ShardCollection, failing: bool) -> None:
    collection.close()

    def work() -> None:
        with collection.opened(close=True):
            Shard.create(collection, "one", file=b"x")
            if failing:
                raise KeyError("work")

    if failing:
        with pytest.raises(KeyError, match="work"):
            work()
    else:
        work()
    collection.wait()
    assert [each.name for each in collection.list_shards()] == ["one"]


def test_opened_raises_if_the_collection_cannot_be_opened(scripted: Scripted) -> None:
    scripted.responses = states("error")
    with pytest.raises(OrionError, match="cannot be opened"), scripted_collection(scripted).opened(close=True):
        raise AssertionError("entered")
    assert requests(scripted) == ["GET 7/"]


@pytest.mark.parametrize(
    "verb",
    [
        ShardCollection.open,
        ShardCollection.close,
        ShardCollection.wait,
        ShardCollection.ensure_open,
        ShardCollection.list_shards,
        Shard.create,
    ],
)
def test_without_a_session_or_an_id(scripted: Scripted, verb: Callable[[ShardCollection], object]) -> None:
    with pytest.raises(
        ValidationError, match=r"(ShardCollection 7|Shard .*) has no session; get it from a session, or pass session="
    ):
        verb(ShardCollection(id=7))
    with pytest.raises(ValidationError, match="ShardCollection has no id"):
        verb(ShardCollection(session=scripted.session()))
    assert scripted.requests == []


def test_requests_are_sent_only_when_needed(orion: LocalOrion) -> None:
    offline = OrionSession(SessionConfig("http://127.0.0.1:9", "x"))
    listing = ShardCollection(id=7, session=offline).list_shards()
    template = Shard(collection=ShardCollection(id=7))
    assert listing is not None
    assert (template.collection.id, template.collection.session) == (7, None)


def test_the_warning_points_at_the_line_that_closes(session: OrionSession) -> None:
    collection = ShardCollection.create(session, "c")
    Shard.create(collection)
    with pytest.warns(UserWarning, match="1 shard") as caught, collection.opened(close=True):
        pass
    assert [warning.filename for warning in caught] == [__file__]
