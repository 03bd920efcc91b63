"""Resource types with attrs, copies and dataclasses: what worked with the attrs classes of the original."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import attr
import attrs
import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import NotLoaded, ValidationError
from orionclient.session import OrionSession
from orionclient.types import KINDS, Dataset, File, Shard, ShardCollection


@attr.s
class OldShard(Shard):
    """A subclass in the style of 2018."""

    shard_type = attr.ib(default="frames", type=str)


@attrs.define
class NewShard(Shard):
    """A subclass with slots."""

    shard_type: str = "frames"

    def __attrs_post_init__(self) -> None:
        self.lower = self.shard_type.lower()


@attrs.define
class DeepShard(NewShard):
    """A subclass of a subclass."""

    depth: int = attrs.field(default=1, converter=int)


@attrs.define(eq=False, slots=False, kw_only=True)
class PlainShard(Shard):
    """A subclass with a mandatory attribute and a method of its own."""

    shard_type: str = attrs.field(validator=attrs.validators.instance_of(str))

    def __repr__(self) -> str:
        return f"<{self.shard_type}>"


each_class = pytest.mark.parametrize("kind", [OldShard, NewShard, DeepShard, PlainShard])


@each_class
def test_attrs_subclasses(session: OrionSession, kind: Any) -> None:
    collection = ShardCollection.create(session, "x")
    first = kind(collection=collection, shard_type="Frames")
    assert (first.shard_type, first.collection, first.session) == ("Frames", collection, session)
    with pytest.raises(NotLoaded):
        _ = first.name
    made = Shard.create(collection, "one", metadata={"n": 1}, file=b"CNS")
    found = (
        session.get_resource(kind(collection=collection.id, shard_type="x"), made.id)
        if kind is not PlainShard
        else None
    )
    for shard in filter(None, (found, kind(collection=collection, id=made.id, session=session, shard_type="x"))):
        session.refresh_resource(shard)
        assert (type(shard), shard.id, shard.name, shard.state) == (kind, made.id, "one", "ready")
        with pytest.raises(AttributeError, match="'name' is read-only"):
            shard.name = "two"
        shard.shard_type = "y"
        assert shard.shard_type == "y"
    assert session.delete_resource(kind(collection=collection, id=made.id, shard_type="x"))
    with pytest.raises(TypeError, match="colour"):
        kind(colour="red", shard_type="x")
    with pytest.raises(ValidationError, match="collection must be"):
        kind(collection="x", shard_type="x")


def test_attributes_of_subclasses() -> None:
    assert (OldShard().shard_type, NewShard().shard_type, DeepShard(depth="7").depth) == ("frames", "frames", 7)
    assert NewShard(shard_type="A").lower == "a"
    with pytest.raises(TypeError, match="shard_type"):
        PlainShard(shard_type=7)
    assert repr(PlainShard(shard_type="a")) == "<a>"
    with pytest.raises(TypeError, match="FrozenShard must not be frozen"):

        @attrs.frozen
        class FrozenShard(Shard):
            pass


COPIES: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]


@each_class
@pytest.mark.parametrize("duplicate", COPIES, ids=["copy", "deepcopy", "pickle"])
def test_subclasses_stay_resources(kind: Any, duplicate: Callable[[Any], Any]) -> None:
    shard = kind(collection=3, id=7, shard_type="x")
    other = kind(collection=3, id=8, shard_type="x")
    assert shard == kind(collection=3, id=7, shard_type="y") != other
    assert len({shard, other, kind(collection=3, id=7, shard_type="z")}) == 2
    assert repr(shard) == ("<x>" if kind is PlainShard else f"{kind.__name__}(id=7, collection=3)")
    again = duplicate(shard)
    assert (type(again), again, again.shard_type, again.collection.id) == (kind, shard, "x", 3)


@pytest.mark.parametrize("kind", KINDS.values())
def test_attrs_functions(kind: Any) -> None:
    assert attrs.has(kind)
    assert [each.name for each in attrs.fields(kind)] == ["session", *kind.fields()]
    assert (
        attrs.asdict(kind(), filter=lambda each, _: each.name == "session", recurse=False)
        if not kind.fields()
        else True
    )


def test_asdict_and_evolve(session: OrionSession) -> None:
    file = File.upload(session, "x", b"CNS")
    given = attr.asdict(file)
    assert given.pop("session") is session
    assert given == {name: getattr(file, name) for name in File.fields()}
    assert attr.fields(File).name.name == "name"
    other = attrs.evolve(file, name="y")
    assert (other.name, other.id, other.session, file.name) == ("y", file.id, session, "x")
    with pytest.raises(NotLoaded, match="field 'name' is not loaded; call session.refresh_resource"):
        attr.asdict(File(id=7))
    shard = NewShard(collection=3, id=7, shard_type="x")
    with pytest.raises(NotLoaded):
        attrs.asdict(shard)
    assert attrs.fields(NewShard).shard_type.default == "frames"


def test_copies_keep_the_session(session: OrionSession) -> None:
    file = File.upload(session, "x", b"CNS")
    for duplicate in (copy.copy, copy.deepcopy):
        again = duplicate(file)
        session.refresh_resource(again)
        assert (again, again.name, b"".join(again.download())) == (file, "x", b"CNS")
        assert again.session is not None
        assert again.session.config == session.config
    deep = copy.deepcopy([file, file])
    assert deep[0] is deep[1]


@dataclasses.dataclass
class Step:
    """A dataclass of the user that holds a resource."""

    name: str
    output: Dataset


def test_dataclasses(session: OrionSession) -> None:
    dataset = Dataset.create(session, "x")
    step = dataclasses.asdict(Step("dock", dataset))
    assert step == {"name": "dock", "output": dataset}
    session.refresh_resource(step["output"])
    assert dataclasses.replace(Step("a", dataset), name="b").output is dataset


def test_a_copy_of_a_session_is_independent(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"id": 1, "username": "ada"}))
    session = scripted.session()
    for duplicate in (copy.copy, copy.deepcopy):
        again = duplicate(session)
        assert again.get_user_profile().username == "ada"
        assert again.requests_session is session.requests_session
        again.config = attrs.evolve(session.config, token="other")
        assert session.config.token != "other"
        again.get_user_profile()
        assert scripted.requests[-1].headers["Authorization"] == "Token other"
