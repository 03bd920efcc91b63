"""Shards through the session: created, filled, closed, read and deleted, and ids beyond the precision of doubles."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import (
    BadResponse,
    NotFoundResponse,
    OrionConnectionError,
    OrionError,
    OrionServiceError,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import File, Resource, Shard, ShardCollection, shards

COLLECTIONS = "/api/v1/storage/collections/"
# The largest integer up to which doubles are exact.
EXACT = 2**53


@pytest.fixture
def collection(session: OrionSession) -> ShardCollection:
    return ShardCollection.create(session, "frames")


@pytest.fixture
def large(session: OrionSession) -> ShardCollection:
    """Make a collection whose shard ids are changed by a double."""
    return ShardCollection.create(session, "large", version=2)


def operations(orion: LocalOrion) -> list[str]:
    return [seen.operation for seen in orion.faults.requests()]


def count(plain: Plain, collection: ShardCollection) -> Any:
    return plain.get(f"{COLLECTIONS}{collection.id}/")["shard_count"]


# ---------------------------------------------------------------------- life cycle


def test_life_cycle(session: OrionSession, plain: Plain, collection: ShardCollection) -> None:
    path = f"{COLLECTIONS}{collection.id}/shards/"
    shard = Shard.create(collection, name="first", metadata={"frames": 10})
    assert (shard.name, shard.state, shard.metadata) == ("first", "open", {"frames": 10})
    assert (shard.size, shard.sha256) == (0, None)
    assert (shard.session, shard.collection) == (session, collection)
    assert shard.collection is collection
    assert shard.to_dict() == plain.get(f"{path}{shard.id}/")
    for content in (b"old", b"0123456789"):
        assert shard.upload_file(content) is None  # type: ignore[func-returns-value]
        assert (shard.state, shard.size) == ("temporary", len(content))
    assert shard.sha256 == hashlib.sha256(b"0123456789").hexdigest()
    for _ in range(2):
        assert shard.close() is None  # type: ignore[func-returns-value]
        assert shard.state == "ready"
    assert plain.request("GET", f"{path}{shard.id}/download/")[1] == b"0123456789"
    assert b"".join(shard.download()) == b"0123456789"
    assert [len(chunk) for chunk in shard.download(chunk_size=4)] == [4, 4, 2]
    assert session.delete_resource(shard) is True
    assert plain.status(f"{path}{shard.id}/") == 404


def test_create_without_anything(collection: ShardCollection) -> None:
    shard = Shard.create(collection)
    assert (shard.name, shard.metadata, shard.state) == ("", {}, "open")
    assert Shard.create(collection, "").name == ""
    assert Shard.create(collection=collection, name="x", metadata={}).name == "x"


def test_create_with_content_in_one_step(orion: LocalOrion, collection: ShardCollection, tmp_path: Path) -> None:
    path = tmp_path / "frames.dcd"
    path.write_bytes(b"0123456789")
    orion.faults.clear()
    with path.open("rb") as stream:
        stream.seek(4)
        shards = [
            Shard.create(collection, "path", {"a": 1}, file=path),
            Shard.create(collection, "text", file=str(path)),
            Shard.create(collection, "bytes", file=b"bytes"),
            Shard.create(collection, "stream", file=stream),
            Shard.create(collection, "memory", file=io.BytesIO(b"memory")),
        ]
    assert operations(orion)[:3] == ["create_shard", "upload_shard_content", "close_shard"]
    assert len(operations(orion)) == 15
    assert [each.state for each in shards] == ["ready"] * 5
    contents = [b"0123456789", b"0123456789", b"bytes", b"456789", b"memory"]
    assert [b"".join(each.download()) for each in shards] == contents
    assert shards[0].metadata == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"x", os.urandom((3 << 20) + 17)], ids=["empty", "byte", "large"])
def test_a_round_trip(collection: ShardCollection, tmp_path: Path, content: bytes) -> None:
    source, target, memory = tmp_path / "source", tmp_path / "target", io.BytesIO()
    source.write_bytes(content)
    shard = Shard.create(collection)
    shard.upload_file(str(source))
    shard.close()
    assert (shard.size, shard.state) == (len(content), "ready")
    assert shard.sha256 == hashlib.sha256(content).hexdigest()
    target.touch()
    shard.download_to_file(str(target))
    assert target.read_bytes() == content
    memory.write(b">")
    shard.download_to_file(memory)
    assert memory.getvalue() == b">" + content
    with (tmp_path / "stream").open("wb") as stream:
        shard.download_to_file(stream)
    assert (tmp_path / "stream").read_bytes() == content
    assert b"".join(shard.download(1000)) == content
    assert not list(tmp_path.glob("*.part"))


def test_content_can_be_read_before_the_shard_is_closed(collection: ShardCollection) -> None:
    shard = Shard.create(collection)
    shard.upload_file(b"temporary")
    assert b"".join(shard.download()) == b"temporary"


# ---------------------------------------------------------------------- states


def test_an_open_shard_has_no_content(collection: ShardCollection, tmp_path: Path) -> None:
    shard = Shard.create(collection)
    with pytest.raises(
        BadResponse, match=f"409 Conflict: The shard {shard.id} has no content yet(?s:.*)shard.upload_file"
    ):
        shard.close()
    with pytest.raises(BadResponse, match=f"409 Conflict: The shard {shard.id} has no content yet"):
        list(shard.download())
    with pytest.raises(BadResponse, match="no content yet"):
        shard.download_to_file(tmp_path / "target")
    assert list(tmp_path.glob("target*")) == []


def test_a_ready_shard_cannot_be_changed(collection: ShardCollection) -> None:
    shard = Shard.create(collection, file=b"ready")
    with pytest.raises(
        BadResponse,
        match=f"409 Conflict: The shard {shard.id} is ready(?s:.*)create another with Shard.create\\(...\\)",
    ):
        shard.upload_file(b"new")
    assert b"".join(shard.download()) == b"ready"
    assert (shard.state, shard.size) == ("ready", 5)


def test_the_state_of_the_collection_is_reported(scripted: Scripted) -> None:
    collection = ShardCollection(id=7, session=scripted.session())
    shard = Shard(collection=collection, id=9)
    for state in ("processing", "ready", "error", "deleting"):
        scripted.responses = [ScriptedResponse(409, {"detail": f"The collection 7 is {state}."})]
        for attempt in (
            lambda: Shard.create(collection),
            lambda: shard.upload_file(b"x"),
            shard.close,
            collection.open,
        ):
            with pytest.raises(
                BadResponse, match=rf"The collection 7 is {state}(?s:.*)collection\.ensure_open\(\) waits"
            ):
                attempt()
    scripted.responses = [ScriptedResponse(400, {"detail": "The name is bad."})]
    with pytest.raises(BadResponse, match=r"The name is bad\. \(") as caught:
        Shard.create(collection)
    assert "ensure_open" not in str(caught.value)


# ---------------------------------------------------------------------- failures


def test_too_large_is_rejected_before_any_request(
    orion: LocalOrion, collection: ShardCollection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "_MAX_BYTES", 9)
    path = tmp_path / "ten"
    path.write_bytes(b"0123456789")
    shard = Shard.create(collection)
    orion.faults.clear()
    for source in (b"0123456789", path, io.BytesIO(b"0123456789")):
        for attempt in (lambda: Shard.create(collection, file=source), lambda: shard.upload_file(source)):  # noqa: B023
            with pytest.raises(
                ValidationError, match="the content has 10 bytes; the maximum size of a shard is 9 bytes"
            ):
                attempt()
    assert operations(orion) == []
    shard.upload_file(b"123456789")


def test_the_limit_is_the_documented_one() -> None:
    assert shards._MAX_BYTES == 5 * 1024**3


def test_invalid_sources_are_rejected(orion: LocalOrion, collection: ShardCollection, tmp_path: Path) -> None:
    shard = Shard.create(collection)
    orion.faults.clear()
    for make in (lambda source: Shard.create(collection, file=source), shard.upload_file):
        with pytest.raises(FileNotFoundError):
            make(tmp_path / "missing")
        with pytest.raises(ValidationError, match="text mode"):
            make(io.StringIO("text"))
        with pytest.raises(ValidationError, match="not int"):
            make(3)
    assert operations(orion) == []


@pytest.mark.parametrize("way", ["create", "verb"])
@pytest.mark.parametrize("failing", ["upload_shard_content", "close_shard"])
def test_an_upload_that_fails_leaves_no_shard(
    orion: LocalOrion, session: OrionSession, plain: Plain, collection: ShardCollection, failing: str, way: str
) -> None:
    template, files = Shard(collection=collection), {"file": b"content"}
    attempt = {
        "create": lambda: Shard.create(collection, "x", file=b"content"),
        "verb": lambda: session.create_resource(template, {"name": "x"}, files=files),
    }[way]
    orion.faults.script(failing, [507], times=20)
    with pytest.raises(OrionServiceError, match=f"{failing} .* 507"):
        attempt()
    assert operations(orion)[-1] == "delete_shard"
    assert count(plain, collection) == 0


def test_an_interrupted_upload_is_resumed(orion: LocalOrion, plain: Plain, collection: ShardCollection) -> None:
    content = os.urandom(1 << 20)
    orion.faults.script(
        "upload_shard_content", [{"step": "reset", "read": 1000}, {"step": "close", "read": 1 << 19}, 503]
    )
    shard = Shard.create(collection, file=content)
    assert (shard.state, count(plain, collection)) == ("ready", 1)
    assert b"".join(shard.download()) == content
    orion.faults.assert_consumed()


def test_a_failed_cleanup_hides_no_error(orion: LocalOrion, plain: Plain, collection: ShardCollection) -> None:
    orion.faults.script("upload_shard_content", [507], times=20)
    orion.faults.script("delete_shard", [500], times=20)
    with pytest.raises(OrionServiceError, match="507"):
        Shard.create(collection, file=b"content")
    assert count(plain, collection) == 1


def test_an_interrupt_leaves_no_shard(plain: Plain, collection: ShardCollection) -> None:
    class Interrupting(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            # The first read is for the digest.
            if self.reads > 1:
                raise KeyboardInterrupt
            return super().read(size)

    with pytest.raises(KeyboardInterrupt):
        Shard.create(collection, file=Interrupting(b"content"))
    assert count(plain, collection) == 0


def test_lost_responses(orion: LocalOrion, plain: Plain, collection: ShardCollection) -> None:
    for operation in ("create_shard", "upload_shard_content", "close_shard"):
        orion.faults.script(operation, ["reset_after"])
    shard = Shard.create(collection, "once", file=b"content")
    assert (shard.state, count(plain, collection)) == ("ready", 1)
    assert orion.faults.effects("create_shard") == 1
    orion.faults.assert_consumed()


def test_an_interrupted_download_is_resumed(orion: LocalOrion, collection: ShardCollection, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    shard = Shard.create(collection, file=content)
    orion.faults.script("download_shard", [{"step": "cut", "sent": 100_000}, {"step": "cut", "sent": 5}])
    assert b"".join(shard.download()) == content
    orion.faults.assert_consumed()
    orion.faults.script("download_shard", ["digest"])
    shard.download_to_file(tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == content
    orion.faults.assert_consumed()


def test_a_failed_download_leaves_the_old_file(orion: LocalOrion, collection: ShardCollection, tmp_path: Path) -> None:
    shard, target = Shard.create(collection, file=os.urandom(3000)), tmp_path / "target"
    target.write_bytes(b"old")
    orion.faults.script("download_shard", ["digest"], times=30)
    with pytest.raises(OrionConnectionError):
        shard.download_to_file(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.glob(".target*")) == []


# ---------------------------------------------------------------------- the verbs


def test_templates(session: OrionSession, plain: Plain, collection: ShardCollection) -> None:
    made = session.create_resource(Shard(collection=collection), {"name": "a", "metadata": {"b": 1}})
    assert (made.name, made.state, made.collection) == ("a", "open", collection)
    assert made.collection is collection
    filled = session.create_resource(Shard(collection=collection.id), {"name": "b"}, files={"file": b"content"})
    assert (filled.state, filled.size, filled.collection) == ("ready", 7, collection)
    got = session.get_resource(Shard(collection=collection), str(filled.id))
    assert (got, got.name, got.session) == (filled, "b", session)
    assert b"".join(got.download()) == b"content"
    assert list(session.list_resources(Shard(collection=collection))) == [made, filled]
    assert list(session.list_resources(Shard(collection=collection), {"name": "B"})) == [filled]
    assert session.list_resources(Shard(collection=collection), {"state": "open"}).one() == made
    session.update_resource(made, {"name": "new", "metadata": {"c": 2}})
    assert (made.name, made.metadata) == ("new", {"c": 2})
    handle = Shard(collection=collection, id=made.id)
    session.update_resource(handle, {"name": "newer"})
    assert (handle.name, handle.session) == ("newer", session)
    assert plain.get(f"{COLLECTIONS}{collection.id}/shards/{made.id}/")["name"] == "newer"
    with pytest.raises(ValidationError, match="Shard cannot be tagged"):
        session.tag_resource(made, "x")
    with pytest.raises(ValidationError, match="Shard cannot be shared"):
        session.share_resource(made, collection)  # type: ignore[arg-type]


def test_delete_by_a_handle_is_one_request(
    orion: LocalOrion, session: OrionSession, collection: ShardCollection
) -> None:
    for immediate in (False, True):
        shard_id = Shard.create(collection, file=b"x").id
        orion.faults.clear()
        assert (
            session.delete_resource(Shard(collection=ShardCollection(id=collection.id), id=shard_id), immediate) is True
        )
        (seen,) = orion.faults.requests()
        assert (seen.operation, seen.path) == ("delete_shard", f"{COLLECTIONS}{collection.id}/shards/{shard_id}/")
    with pytest.raises(NotFoundResponse, match=f"shard {shard_id} of collection {collection.id} does not exist"):
        session.delete_resource(Shard(collection=collection, id=shard_id))


def test_a_delete_whose_response_is_lost_is_done(
    orion: LocalOrion, session: OrionSession, collection: ShardCollection
) -> None:
    shard = Shard.create(collection)
    orion.faults.script("delete_shard", ["reset_after"])
    assert session.delete_resource(shard) is True
    assert orion.faults.effects("delete_shard") == 1


@pytest.mark.parametrize(
    "attempt",
    [
        lambda session: session.get_resource(Shard, 7),
        lambda session: session.get_resource(Shard(), 7),
        lambda session: session.list_resources(Shard),
        lambda session: session.create_resource(Shard, {"name": "x"}),
        lambda session: session.create_resource(Shard, {"name": "x"}, files={"file": b""}),
        lambda session: session.refresh_resource(Shard(id=7)),
        lambda session: session.refresh_resource_until(Shard(id=7), "state", "ready"),
        lambda session: session.update_resource(Shard(id=7), {}),
        lambda session: session.delete_resource(Shard(id=7)),
        lambda session: session.create_link(Shard(id=7)),
        lambda session: Shard(id=7, session=session).close(),
        lambda session: Shard(id=7, session=session).upload_file(b""),
        lambda session: list(Shard(id=7, session=session).download()),
        lambda session: Shard(id=7, session=session).download_to_file("x"),
    ],
)
def test_a_shard_without_a_collection(scripted: Scripted, attempt: Callable[[OrionSession], object]) -> None:
    with pytest.raises(ValidationError, match=r"a Shard needs its collection; pass Shard\(collection=...\)"):
        attempt(scripted.session())
    assert scripted.requests == []


@pytest.mark.parametrize("shard_id", ["", "x", "../9", "1.0", 1.0, -1, None, True, "9" * 21, "٣"])
def test_invalid_ids_are_rejected(scripted: Scripted, shard_id: Any) -> None:
    session, collection = scripted.session(), ShardCollection(id=7)
    for attempt in (
        lambda: session.get_resource(Shard(collection=collection), shard_id),
        lambda: session.delete_resource(Shard(collection=collection, id=shard_id)),
        lambda: session.get_resource(Shard(collection=shard_id), 9),
        lambda: Shard(collection=collection, id=shard_id, session=session).close(),
        lambda: session.get_resource(ShardCollection, shard_id),
    ):
        with pytest.raises(ValidationError, match=r"must be an integer|has no id"):
            attempt()
    assert scripted.requests == []


def test_collections_that_are_none(collection: ShardCollection) -> None:
    with pytest.raises(ValidationError, match="collection must be a ShardCollection or its id, not a File"):
        Shard(collection=File(id=7))
    with pytest.raises(ValidationError, match="ShardCollection has no id"):
        Shard(collection=ShardCollection())
    with pytest.raises(TypeError, match="no field 'colection'"):
        Shard(colection=collection)


def test_without_a_session() -> None:
    shard = Shard(collection=7, id=9)
    for attempt in (shard.close, lambda: shard.upload_file(b""), lambda: list(shard.download())):
        with pytest.raises(ValidationError, match="Shard 9 has no session"):
            attempt()


# ---------------------------------------------------------------------- the collection of a shard


def test_the_collection_of_a_shard(session: OrionSession, collection: ShardCollection) -> None:
    class Frames(ShardCollection):
        """A collection class of another package."""

    shard_id = Shard.create(collection, file=b"x").id
    frames = session.get_resource(Frames, collection.id)
    shard = session.get_resource(Shard(collection=frames), shard_id)
    assert shard.collection is frames
    session.refresh_resource(shard)
    assert shard.collection is frames
    assert frames.list_shards().one().collection is frames
    # An id alone becomes a handle, which supports everything that needs only the id.
    shard = session.get_resource(Shard(collection=str(collection.id)), shard_id)
    assert (type(shard.collection), shard.collection.id) == (ShardCollection, collection.id)
    assert shard.collection is shard.collection
    assert shard.collection.list_shards().count() == 1
    assert "collection=1" in repr(shard)
    with pytest.raises(AttributeError):
        shard.collection = collection  # type: ignore[assignment]


@pytest.mark.parametrize("given", ["integer", "string", "handle", "bound"])
def test_from_msg_and_refresh(session: OrionSession, collection: ShardCollection, given: str) -> None:
    shard_id = Shard.create(collection, "x", file=b"content").id
    there = {
        "integer": collection.id,
        "string": str(collection.id),
        "handle": ShardCollection(id=collection.id),
        "bound": collection,
    }[given]
    shard = Shard.from_msg({"id": shard_id, "collection": there}, session=session)
    session.refresh_resource(shard)
    assert (shard.name, shard.size, shard.collection.id) == ("x", 7, collection.id)
    assert shard.to_dict()["collection"] == collection.id
    # A handle that gets a session later passes it to its collection.
    shard = Shard.from_msg({"id": shard_id, "collection": there})
    assert shard.collection.id == collection.id
    session.refresh_resource(shard)
    assert shard.collection.list_shards().one() == shard
    assert b"".join(shard.download()) == b"content"


def test_a_response_without_the_collection(
    orion: LocalOrion, session: OrionSession, collection: ShardCollection
) -> None:
    shard_id = Shard.create(collection, file=b"x").id
    orion.faults.script("*", [{"step": "remove", "field": "collection"}], times=5)
    shard = session.get_resource(Shard(collection=collection), shard_id)
    session.refresh_resource(shard)
    made = Shard.create(collection)
    made.upload_file(b"x")
    made.close()
    orion.faults.assert_consumed()
    assert made.collection is shard.collection is collection
    assert b"".join(shard.download()) == b"x"


def test_subclasses(session: OrionSession, collection: ShardCollection) -> None:
    class TypedShard(Shard):
        """A shard class as other packages define it."""

        @classmethod
        def create(cls, collection: ShardCollection, shard_type: str, **given: Any) -> TypedShard:  # type: ignore[override]
            return super().create(collection, metadata={"type": shard_type}, **given)

        @property
        def shard_type(self) -> str:
            return str(self.metadata["type"])

    typed = TypedShard.create(collection=collection, shard_type="trajectory", file=b"x")
    assert (type(typed), typed.shard_type, typed.state) == (TypedShard, "trajectory", "ready")
    got = session.get_resource(TypedShard(collection=collection), typed.id)
    assert (type(got), got, got.shard_type) == (TypedShard, typed, "trajectory")
    assert [type(each) for each in session.list_resources(TypedShard(collection=collection))] == [TypedShard]
    assert session.delete_resource(TypedShard(collection=collection, id=typed.id)) is True


def test_equal_and_hash(collection: ShardCollection) -> None:
    assert Shard(collection=7, id=9) == Shard(collection=ShardCollection(id="7"), id="9")
    assert Shard(collection=7, id=9) != Shard(collection=8, id=9)
    assert Shard(collection=7) != Shard(collection=7)
    assert len({Shard(collection=7, id=9), Shard(collection=7, id="9"), Shard(collection=8, id=9), Shard(id=9)}) == 3
    assert Shard(collection=7, id=9) != ShardCollection(id=9)


def test_another_session_for_one_shard(orion: LocalOrion, session: OrionSession) -> None:
    other = orion.session()
    handle = ShardCollection(id=ShardCollection.create(session, "x").id)
    shard = Shard.create(handle, "x", file=b"x", session=other)
    assert shard.session is other
    assert shard.state == "ready"


# ---------------------------------------------------------------------- large ids


def doubled(text: str) -> Any:
    """Read JSON as a program does that has only doubles."""
    return json.loads(text, parse_int=lambda digits: int(float(digits)))


def test_large_ids(session: OrionSession, large: ShardCollection, plain: Plain) -> None:
    made = [Shard.create(large, str(index), file=b"%d" % index) for index in range(3)]
    for index, shard in enumerate(made):
        assert shard.id > EXACT
        assert int(float(shard.id)) != shard.id
        for given in (shard.id, str(shard.id)):
            again = session.get_resource(Shard(collection=large), given)
            assert (again.id, again.name, b"".join(again.download())) == (shard.id, str(index), b"%d" % index)
    assert [each.id for each in large.list_shards()] == [each.id for each in made]
    assert session.delete_resource(Shard(collection=large, id=made[0].id)) is True
    assert [each.id for each in large.list_shards()] == [each.id for each in made[1:]]


def test_large_ids_survive_doubles(session: OrionSession, large: ShardCollection) -> None:
    shard = Shard.create(large, "x", file=b"content")
    assert json.loads(json.dumps(shard.to_dict()))["id"] == shard.id
    damaged = doubled(json.dumps(shard.to_dict()))
    assert damaged["id"] != shard.id
    for message in (damaged, {**damaged, "id": float(shard.id)}, {**damaged, "id": None}):
        again = Shard.from_msg(message, session)
        assert (again, again.id) == (shard, shard.id)
        session.refresh_resource(again)
        assert b"".join(again.download()) == b"content"
    link = session.get_link(doubled(json.dumps(session.create_link(shard))))
    found = link.get_resource()
    assert (found, found.name, found.collection) == (shard, "x", large)
    assert "id_str" not in repr(shard)


def test_responses_of_a_gateway_that_damages_integers(scripted: Scripted) -> None:
    shard_id = EXACT + 1
    response = {"id": float(shard_id), "id_str": str(shard_id), "collection": 7, "state": "ready", "size": 3.0}
    scripted.responses = [ScriptedResponse(data=response)]
    shard = scripted.session().get_resource(Shard(collection=7), shard_id)
    assert (shard.id, shard.size) == (shard_id, 3)
    shard.close()
    assert scripted.requests[-1].path == f"{COLLECTIONS}7/shards/{shard_id}/close/"


def test_an_invalid_id_str() -> None:
    assert Shard.from_msg({"id": 9, "id_str": None}).id == Shard.from_msg({"id": 9, "id_str": ""}).id == 9
    with pytest.raises(ValidationError, match="id_str must be an integer"):
        Shard.from_msg({"id": 9, "id_str": "../9"})
    assert issubclass(Shard, Resource)
    assert issubclass(ValidationError, OrionError)
