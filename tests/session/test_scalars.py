"""Scalars of NumPy and pandas in place of Python's own: as ids, in filters, records, metadata, parameters and times."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._resources.json_values import check_json, encode_json
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import OrionTimeout, ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import (
    Dataset,
    File,
    MolsearchQuery,
    Project,
    Shard,
    ShardCollection,
    User,
    WorkFloeJob,
    WorkFloeSpec,
)
from orionclient.utils import Backoff


class Scalar:
    """Has what a scalar of NumPy has: `item`, an empty shape, and no JSON form."""

    shape = ()

    def __init__(self, value: Any) -> None:
        self.value = value

    def item(self) -> Any:
        return self.value


class Index:
    """An integer of another library."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Array:
    """An array of NumPy or a series of pandas, whose truth is ambiguous."""

    def __init__(self, *values: Any) -> None:
        self.values = [*values]
        self.shape = (len(values),)

    def tolist(self) -> list[Any]:
        return self.values

    def __iter__(self) -> Any:
        return iter(self.values)

    def __bool__(self) -> bool:
        raise ValueError("the truth value of an array is ambiguous")


class NAType:
    """The missing value of pandas, by its name."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


INTEGERS: list[Callable[[int], Any]] = [Scalar, Index]
each_integer = pytest.mark.parametrize("wrap", INTEGERS)


def test_scalars_become_values_of_python() -> None:
    for value in (1, 1.5, "x", True, None):
        assert to_plain(Scalar(value)) is value
        assert to_plain(value) is value
    assert to_plain(Index(3)) == 3
    for other in (Decimal(1), [1], Scalar(b"x"), Scalar(dt.date(2026, 1, 1)), Array(1), NAType()):
        assert to_plain(other) is other


class Time(Scalar):
    """A time of NumPy, whose item is an integer if its unit is the nanosecond."""

    dtype = SimpleNamespace(kind="M")

    def astype(self, kind: type) -> Time:
        return self

    def tolist(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return "2026-01-01T00:00:00.000000001"


class MaskedConstant(Scalar):
    """The missing value of a masked array, whose item is what the mask hides."""

    mask = True

    def filled(self) -> Any:
        return self.value

    def tolist(self) -> None:
        return None


class Failing:
    """Raises an error wherever it is asked."""

    @property
    def shape(self) -> Any:
        raise RuntimeError("no shape")

    def __index__(self) -> int:
        raise ValueError("no index")


def test_times_and_missing_values_are_not_sent_as_numbers(scripted: Scripted) -> None:
    time, missing, failing = Time(10**18), MaskedConstant(0.0), Failing()
    for value, advice in ((time, "use its astype"), (missing, "use None for a missing value"), (failing, "Failing")):
        assert to_plain(value) is value
        with pytest.raises(ValidationError, match=f"field 'a': Object of type .*{advice}"):
            encode_json("the record", {"a": value})
    session = scripted.session()
    for value in (missing, failing):
        with pytest.raises(ValidationError, match="filter 'created' cannot be sent: Object of type"):
            session.list_resources(File, {"created": value})
    scripted.then(ScriptedResponse(data={"count": 0, "next": None, "results": []}))
    list(session.list_resources(File, {"created": time}))
    assert scripted.requests[-1].path.endswith("?created=2026-01-01T00%3A00%3A00.000000001&limit=1000")


@each_integer
def test_ids(session: OrionSession, wrap: Callable[[int], Any]) -> None:
    file = File.upload(session, "x", b"CNS", project=wrap(session.get_current_project().id))
    dataset = Dataset.create(session, "x")
    for value in range(3):
        dataset.write({"n": value})
    dataset.finalize()
    collection = ShardCollection.create(session, "x")
    shard = Shard.create(collection, "x", file=b"CNS")
    assert session.get_resource(File, wrap(file.id)).id == file.id
    handle = File(id=wrap(file.id), session=session)
    assert (handle.id, repr(handle)) == (file.id, f"File(id={file.id})")
    assert File.from_msg({"id": wrap(file.id)}).id == file.id
    session.refresh_resource(handle)
    found = session.get_resource(Shard(collection=wrap(collection.id)), wrap(shard.id))
    assert found.collection == collection
    session.share_resource(dataset, User(id=wrap(session.get_user_profile().id)))
    session.assign_paths({"resource_type": "dataset", "id": wrap(dataset.id), "path": "/a"})
    session.tag_resource(dataset, "x", project=wrap(dataset.project))
    assert dataset.record(wrap(2))["n"] == 1
    assert json.loads(dataset.download(record_ids=[wrap(2)], format="json"))["n"] == 1
    assert [record["n"] for record in dataset.records(offset=wrap(1), limit=wrap(1))] == [1]
    assert list(collection.list_shards(limit=wrap(1), offset=wrap(1))) == []
    assert session.delete_resource(Shard(collection=wrap(collection.id), id=wrap(shard.id)))


@each_integer
def test_sizes_of_chunks(session: OrionSession, tmp_path: Path, wrap: Callable[[int], Any]) -> None:
    file = File.upload(session, "x", b"0123456789" * 1000)
    assert {len(chunk) for chunk in file.download(chunk_size=wrap(1000))} == {1000}
    response = session.requests_session.get(f"{session.config.url}/api/versions/")
    assert {len(chunk) for chunk in response.iter_content(chunk_size=wrap(1))} == {1}
    file.download_to_file(tmp_path / "x", workers=wrap(2))
    assert (tmp_path / "x").stat().st_size == 10_000


def test_bool_is_not_an_id(scripted: Scripted) -> None:
    session = scripted.session()
    for value in (True, Scalar(True), Scalar(7.0), Scalar(None), Index(-1), Array(7)):
        with pytest.raises(ValidationError, match="id must be an integer or a string of digits"):
            session.get_resource(File, value)
        with pytest.raises(ValidationError, match="project must be an integer or a string of digits"):
            File.upload(session, "x", b"x", project=value)
    assert scripted.requests == []


def test_filters(session: OrionSession, scripted: Scripted) -> None:
    files = [File.upload(session, name, b"CNS", tags=Array(name)) for name in "ab"]
    project = session.get_current_project().id
    listed = session.list_resources(File, {"project": Scalar(project), "tags": Array("a")}, limit=Index(9))
    assert list(listed) == files[:1]
    assert session.list_resources(File, {"project": [Index(project)]}).count() == 2
    scripted.then(ScriptedResponse(data={"count": 0, "next": None, "results": []}))
    list(scripted.session().list_resources(File, {"deleted": Scalar(True), "tags": ("a", Scalar("b"))}))
    assert scripted.requests[-1].path.endswith("?deleted=true&tags=a&tags=b&limit=1000")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "JSON has no nan"),
        ({"a": 1}, "Object of type dict"),
        (b"x", "Object of type bytes; use a string"),
        ([NAType()], "Object of type NAType; use None"),
        (Array(Array(1)), "Object of type Array; use its tolist"),
        (Project(id=7), "Object of type Project; pass resources by id"),
    ],
    ids=["nan", "dict", "bytes", "NA", "array", "resource"],
)
def test_filters_that_cannot_be_sent(scripted: Scripted, value: Any, reason: str) -> None:
    with pytest.raises(ValidationError, match=f"the filter 'name' cannot be sent: {reason}"):
        scripted.session().list_resources(File, {"name": value})
    with pytest.raises(ValidationError, match=f"the parameter 'offset' cannot be sent: {reason}"):
        Dataset(id=1, session=scripted.session()).download(offset=value)
    assert scripted.requests == []


def test_dates_in_filters_stay(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"count": 0, "next": None, "results": []}))
    given = {"created": dt.date(2026, 1, 2), "cost": Decimal("1.5")}
    scripted.session().list_resources(File, extra_query=given).first()
    assert "created=2026-01-02&cost=1.5" in scripted.requests[0].path


def test_empty_arrays_are_rejected(scripted: Scripted) -> None:
    with pytest.raises(ValidationError, match="the filter 'tags' is an empty list"):
        scripted.session().list_resources(File, {"tags": Array()})
    with pytest.raises(ValidationError, match="record_ids is empty"):
        Dataset(id=1, session=scripted.session()).download(record_ids=Array())  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "sent"), [(1.5, 1.5), (3, 3), (True, True), ("x", "x")])
def test_values(session: OrionSession, plain: Plain, given: Any, sent: Any) -> None:
    dataset = Dataset.create(session, "x")
    dataset.write({"a": Scalar(given), "b": [{"c": Scalar(given)}]})
    dataset.finalize()
    assert dict(next(dataset.records())) == {"a": sent, "b": [{"c": sent}]}
    collection = ShardCollection.create(session, "x", metadata={"a": Scalar(given)})
    shard = Shard.create(collection, "x", metadata={"a": {"b": Scalar(given)}})
    assert (collection.metadata, shard.metadata) == ({"a": sent}, {"a": {"b": sent}})
    session.update_resource(collection, {"metadata": {"b": (Scalar(given),)}})
    assert collection.metadata == {"b": [sent]}
    made = session.create_resource(ShardCollection, {"name": "y", "metadata": {"c": Scalar(given)}})
    assert plain.get(f"/api/v1/storage/collections/{made.id}/")["metadata"] == {"c": sent}


@each_integer
def test_parameters_of_floes(session: OrionSession, wrap: Callable[[int], Any]) -> None:
    echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    session.refresh_resource(echo)
    word, count = (each["promoted_name"] for each in echo.parameters[:2])
    given = {word: "CNS", count: wrap(3)}
    job = echo.start("x", **given)
    assert job.parameters == {"promoted": {word: "CNS", count: 3}}
    assert WorkFloeJob.start(session, wrap(echo.id), "x", {"promoted": given}).parameters == job.parameters
    with pytest.raises(ValidationError, match=f"'{count}' must be an integer"):
        echo.start("x", **{word: "CNS", count: Scalar(3.5)})


BAD = [
    (float("nan"), "JSON has no nan; use None for a missing value"),
    (Scalar(float("-inf")), "JSON has no -inf; use None for a missing value"),
    ({1, 2}, "Object of type set; use a list"),
    (dt.date(2026, 1, 1), r"Object of type date; use its isoformat\(\)"),
    (Scalar(dt.datetime(2026, 1, 1)), "Object of type Scalar"),  # noqa: DTZ001 - as NumPy gives it
    (Decimal(1), r"Object of type Decimal; use float\(\) or str\(\)"),
    (b"x", "Object of type bytes; use a string"),
    (Array(1, 2), r"Object of type Array; use its tolist\(\)"),
    (NAType(), "Object of type NAType; use None for a missing value"),
    (File(id=3), "Object of type File; pass resources by id"),
    ({(1, 2): 3}, r"the key \(1, 2\) is not a string"),
]


@pytest.mark.parametrize(("value", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_errors_name_the_field_and_the_record(
    session: OrionSession, scripted: Scripted, value: Any, reason: str
) -> None:
    dataset = Dataset.create(session, "x")
    dataset.write({"score": 1})
    with pytest.raises(ValidationError, match=f"record 1 is not JSON serializable: field 'score': {reason}"):
        dataset.write({"title": "x", "score": value})
    with pytest.raises(ValidationError, match=rf"record 1 is not .*: field 'a.b\[2\]': {reason}"):
        dataset.write({"a": {"b": [1, "x", value]}})
    dataset.write({"score": 2})
    dataset.finalize()
    assert ([record["score"] for record in dataset.records()], dataset.written) == ([1, 2], 2)
    collection = ShardCollection(id=1, session=scripted.session())
    for reject in (
        lambda: Shard.create(collection, metadata={"m": value}),
        lambda: ShardCollection.create(scripted.session(), "x", {"m": value}),
        lambda: WorkFloeJob.start(scripted.session(), 3, "x", {"m": value}),
        lambda: get_session().request("POST", "https://127.0.0.1", json={"m": value}),
    ):
        with pytest.raises(ValidationError, match=f"is not JSON serializable: field 'm': {reason}"):
            reject()
    with pytest.raises(ValidationError, match=f"query_mol is not JSON serializable: field 'm': {reason}"):
        MolsearchQuery.create_fastrocs_query(session=scripted.session(), database_id=1, query_mol={"m": value})
    assert scripted.requests == []


def test_errors_of_parameters_name_the_field(scripted: Scripted) -> None:
    for value in (float("nan"), b"x", Array(1)):
        with pytest.raises(ValidationError, match=r"the parameters is not JSON serializable: field 'metadata.a\[0\]'"):
            scripted.session().create_resource(ShardCollection, {"name": "x", "metadata": {"a": [value]}})
    assert scripted.requests == []


def test_values_that_contain_themselves() -> None:
    value: dict[str, Any] = {"a": []}
    value["a"].append(value)
    with pytest.raises(ValidationError, match=r"x is not JSON serializable: field 'a\[0\]': it contains itself"):
        encode_json("x", value)
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValidationError, match="it is nested too deeply"):
        encode_json("x", {"a": deep})


def test_half_of_a_surrogate_pair_names_the_field(session: OrionSession) -> None:
    with pytest.raises(ValidationError, match=r"cannot encode metadata.a\[0\] .*lone surrogate"):
        check_json("metadata", {"a": ["\ud800"]})
    dataset = Dataset.create(session, "x")
    dataset.write({"a": "\U0001f600 \\ud800"})
    with pytest.raises(ValidationError, match=r"cannot encode record 1: field.a\[0\] .*lone surrogate"):
        dataset.write({"a": ["\ud800"]})
    dataset.finalize()
    assert [dict(record) for record in dataset.records()] == [{"a": "\U0001f600 \\ud800"}]


@each_integer
def test_times_and_counts(scripted: Scripted, wrap: Callable[[int], Any]) -> None:
    scripted.then(ScriptedResponse(data={"id": 1, "state": "open", "name": "x"}))
    session = scripted.session()
    session.get_resource(File, 1, timeout=wrap(5))
    with pytest.raises(OrionTimeout, match="within 3 s"):
        session.refresh_resource_until(File(id=1), "state", "ready", timeout=wrap(3), sleep_time=Scalar(0.5))
    with pytest.raises(OrionTimeout, match="waited 2 s"):
        ShardCollection(id=1, session=session).wait(timeout=wrap(2))
    policy = get_session({wrap(404): wrap(2)}, wrap(90), Scalar(100.5)).policy
    assert (policy.retry_dict, policy.request_timeout, policy.retry_timeout) == ({404: 2}, 90, 100.5)
    assert session.upload_files([], workers=wrap(2)) == []
    assert session.resolve_links([], max_workers=wrap(2)) == []
    assert Backoff(cap=wrap(1), base=Scalar(1.0)).next_wait() == 1
    for value in (Scalar(0), Scalar(True), Scalar(1.5)):
        with pytest.raises(ValidationError, match="workers must be a positive integer"):
            session.upload_files([], workers=value)
