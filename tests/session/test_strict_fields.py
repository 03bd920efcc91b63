"""Fields of another type than the contract documents are an error when they are read, and only then."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api import contract, models
from orion_api.api.files import list_files
from orion_api.errors import UnexpectedBody

from orionclient._resources.resource import MISSING, Field, Resource
from orionclient.exceptions import BadResponse, OrionError
from orionclient.types import KINDS, Balance, Dataset, File, Folder, ShardCollection, WorkFloeJob, WorkFloeSpec

SCHEMAS: dict[str, dict[str, Any]] = contract.load()["components"]["schemas"]
CLASSES: dict[str, type[Resource]] = {**KINDS, "balance": Balance, "folder": Folder}
GOOD: dict[str, Any] = {
    "integer": 7, "number": 1.5, "string": "text", "boolean": True, "array": ["a"], "object": {"a": [1]}, "null": None,
}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "integer": ["seven", "", 1.5, True, [], {}, 1e300],
    "number": ["1.5", True, [], {}],
    "string": [1, 1.5, True, [], {}],
    "boolean": ["false", 0, 1, [], {}],
    "array": ["a", {}, 1, [1], [None]],
    "object": ["{}", [], [["a", 1]], 1],
}
# Ids may be strings of digits; counts and measures may not.
IDS = {
    "id", "collection", "database", "dataset", "organization", "owner", "package", "project", "resource_id",
    "scaling_group", "spec", "workfloe",
}  # fmt: skip
ERROR = object()
# The meaning of null where a field is optional: the documented value, or else the default of the published constructor.
NULLS: dict[str, Any] = {
    "archived": False, "deleted": "", "description": "", "dirty": False, "email": "", "first_name": "", "hardware": {}, "last_name": "",
    "location": "", "parameters": {}, "server_is_remote": False, "system_parameters": {}, "systemtags": [], "tags": [], "version": "",
}  # fmt: skip


def described(kind: type[Resource], wire: str) -> tuple[str, bool, dict[str, Any]]:
    """Return the type of a field, whether it may be null, and its schema."""
    schema = SCHEMAS[kind.declaration.schema]["properties"][wire]
    if "allOf" in schema:
        schema = SCHEMAS[schema["allOf"][0]["$ref"].rpartition("/")[2]]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (found,) = set(types) - {"null"}
    return found, "null" in types, schema


def message(kind: type[Resource]) -> dict[str, Any]:
    """Return a resource with all its fields."""
    fields = {field.wire: described(kind, field.wire) for field in kind.fields().values()}
    return {wire: "1.25" if "pattern" in schema else GOOD[what] for wire, (what, _, schema) in fields.items()}


def check_whole(kind: type[Resource], data: dict[str, Any]) -> Resource:
    """Make the resource; every field but the invalid one works."""
    made = kind.from_msg(data)
    assert made.to_dict() == data
    assert isinstance(made._title(), str)
    assert type(made).__name__ in repr(made)
    assert {made, copy.copy(made), pickle.loads(pickle.dumps(made))}
    assert made == made
    assert made != kind()
    return made


def null_of(kind: type[Resource], field: Field[Any]) -> Any:
    """Return what null is read as; ERROR if null is not documented."""
    what, nullable, _ = described(kind, field.wire)
    if nullable:
        return None
    if not isinstance(field.default, type(MISSING)):
        return field.default
    required = field.wire in SCHEMAS[kind.declaration.schema]["required"]
    return ERROR if required or what == "integer" else NULLS.get(field.wire, ERROR)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_value_of_another_type_is_an_error_where_it_is_read(name: str) -> None:
    kind = CLASSES[name]
    for field in kind.fields().values():
        what, _, schema = described(kind, field.wire)
        bad = [True, [], {}, "a lot", "nan"] if "pattern" in schema else list(BAD[what])
        bad += ["7"] if what == "integer" and field.wire not in IDS else []
        bad += [None] if null_of(kind, field) is ERROR else []
        for value in bad:
            made = check_whole(kind, {**message(kind), field.wire: value})
            with pytest.raises(OrionError, match=rf"^{kind.__name__}.*: the server sent .* for {field.name!r}$"):
                getattr(made, field.name)
            for other in kind.fields().values():
                if other is not field:
                    getattr(made, other.name)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_null_has_the_documented_meaning(name: str) -> None:
    kind = CLASSES[name]
    for field in kind.fields().values():
        expected = null_of(kind, field)
        if expected is not ERROR:
            made = check_whole(kind, {**message(kind), field.wire: None})
            found = getattr(made, field.name)
            assert (found, type(found)) == (expected, type(expected))
            if isinstance(found, list | dict):
                assert found is not getattr(made, field.name)


def test_required_and_published_fields() -> None:
    errors = {
        (name, each.name)
        for name, kind in CLASSES.items()
        for each in kind.fields().values()
        if null_of(kind, each) is ERROR
    }
    assert {
        ("dataset", "count"),
        ("file", "name"),
        ("file", "state"),
        ("job", "state"),
        ("shard", "metadata"),
    } <= errors
    # Published: the reason of a successful job is empty, and a listed floe has no specification.
    assert WorkFloeJob.from_msg({"id": 1}).reason == WorkFloeJob.from_msg({"id": 1, "reason": None}).reason == ""
    assert WorkFloeSpec.from_msg({"id": 1}).specification == WorkFloeSpec(specification=None).specification == {}


def test_other_forms_of_integers_and_ids() -> None:
    file = File.from_msg({"id": "7", "owner": "9007199254740993", "project": 3.0, "size": 12.0})
    assert (file.id, file.owner, file.project, file.size) == (7, 9007199254740993, 3, 12)
    assert [type(each) for each in (file.project, file.size)] == [int, int]
    assert Balance(amount=0.1).amount == Decimal("0.1")


def test_an_invalid_item_does_not_fail_its_page(scripted: Scripted) -> None:
    items = [{"id": 1, "name": "a", "size": 1}, {"id": 2, "name": None, "size": "2"}, {"id": 3, "name": "c", "size": 3}]
    scripted.responses = [ScriptedResponse(data={"count": 3, "next": None, "results": items})]
    session = scripted.session()
    found = list(session.list_resources(File))
    assert [each.id for each in found] == [1, 2, 3]
    assert [each.to_dict() for each in found] == items
    assert (found[0].name, found[2].size) == ("a", 3)
    with pytest.raises(OrionError, match="^File 2: the server sent None for 'name'$"):
        _ = found[1].name
    with pytest.raises(OrionError, match="^File 2: the server sent '2' for 'size'$"):
        _ = found[1].size
    assert session.list_resources(File, {"name": "c"}, exact=True).one().id == 3


def test_a_refreshed_resource_with_an_invalid_field(scripted: Scripted) -> None:
    dataset = Dataset(id=3, name="x", session=scripted.session())
    scripted.responses = [ScriptedResponse(data={"id": 3, "name": 5, "count": 7})]
    scripted.session().refresh_resource(dataset)
    assert dataset.count == 7
    with pytest.raises(OrionError, match="Dataset 3: the server sent 5 for 'name'"):
        _ = dataset.name


def test_a_shard_without_a_collection(scripted: Scripted) -> None:
    collection = ShardCollection(id=7, session=scripted.session())
    scripted.responses = [
        ScriptedResponse(data={"count": 2, "next": None, "results": [{"id": 1, "collection": None}, {"id": 2}]})
    ]
    odd, good = collection.list_shards()
    assert (good.collection, odd.id, odd == good, odd == odd) == (collection, 1, False, True)
    assert len({odd, good}) == 2
    for use in (lambda: odd.collection, odd.close):
        with pytest.raises(OrionError, match="Shard 1: the server sent None for 'collection'"):
            use()


# ---------------------------------------------------------------------- raw models


@pytest.mark.parametrize("name", sorted({kind.declaration.schema for kind in CLASSES.values()}))
def test_a_raw_model_names_fields_of_another_type(name: str) -> None:
    schema, model = SCHEMAS[name], getattr(models, name)
    kind = next(kind for kind in CLASSES.values() if kind.declaration.schema == name)
    good = {wire: "2026-01-01T00:00:00Z" if schema["properties"][wire].get("format") == "date-time" else value
            for wire, value in message(kind).items()}  # fmt: skip
    good.pop("id_str", None)
    assert model.from_dict(good)
    for wire in good:
        what, nullable, _ = described(kind, wire)
        for value in BAD[what] + ([] if nullable else [None]):
            # The models accept an integer without a dot, and a string of any form.
            if value == "" or (isinstance(value, str) and what in {"integer", "number"} and wire in IDS):
                continue
            with pytest.raises(UnexpectedBody, match=rf"{name}\.{wire}\b"):
                model.from_dict({**good, wire: value})


def test_an_invalid_item_of_a_raw_page_is_named(scripted: Scripted) -> None:
    item = {**message(File), "created": "2026-01-01T00:00:00Z"}
    scripted.responses = [ScriptedResponse(data={"count": 2, "next": None, "results": [item, {**item, "name": None}]})]
    session = scripted.session()
    with pytest.raises(BadResponse, match=r"FilePage\.results.*\[1\].*FileInfo\.name is null, not a string") as caught:
        list_files.sync(client=session.raw)
    # The caller can still read the other items.
    page = list_files.check(200, caught.value.response.headers, caught.value.response.content)
    assert json.loads(caught.value.response.content) == page
