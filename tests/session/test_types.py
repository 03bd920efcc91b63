"""The base of all types:

fields compared with the contract, fields that are not loaded, construction, copies and subclasses.
"""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from helpers.canary import CANARY, contains_token
from orion_api import contract

from orionclient._resources.resource import Field, Parent, Resource
from orionclient.exceptions import NotLoaded, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import KINDS, Dataset, File, Project

DOCUMENT = contract.load()
SAMPLES = {"integer": 7, "string": "text", "boolean": True, "array": ["a"], "number": 1.5, "object": {}}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_fields_agree_with_the_contract(name: str) -> None:
    kind = KINDS[name]
    schema = DOCUMENT["components"]["schemas"][kind.declaration.schema]
    fields = {field.wire: field for field in kind.fields().values()}
    assert set(fields) <= set(schema["properties"])
    left_out = set(schema["properties"]) - set(fields)
    assert left_out == set(kind.declaration.hidden)
    for wire, field in fields.items():
        described = schema["properties"][wire]
        if "allOf" in described:
            described = DOCUMENT["components"]["schemas"][described["allOf"][0]["$ref"].rpartition("/")[2]]
        types = described["type"] if isinstance(described["type"], list) else [described["type"]]
        for each in types:
            # A string with a pattern is an amount of money.
            value = None if each == "null" else "1.25" if "pattern" in described else SAMPLES[each]
            read = field.convert(value)
            assert (
                read._id() if isinstance(field, Parent) else str(read) if "pattern" in described else read
            ) == value, wire
        assert field.__doc__


@pytest.mark.parametrize("name", sorted(KINDS))
def test_declared_operations_are_of_the_kind(name: str) -> None:
    kind = KINDS[name]
    for verb in ("get", "list", "create", "update", "delete", "upload"):
        endpoint = getattr(kind.declaration, verb)
        if endpoint is not None:
            assert endpoint.OPERATION.id.startswith(verb)
            assert (f"{{{kind.declaration.id_name}}}" in endpoint.OPERATION.route) == (verb not in {"list", "create"})


def test_every_kind_has_one_name() -> None:
    assert {name: kind.declaration.name for name, kind in KINDS.items()} == {name: name for name in KINDS}


def test_not_loaded() -> None:
    dataset = Dataset(id=12)
    with pytest.raises(NotLoaded, match=r"Dataset 12: field 'count' is not loaded; call session.refresh_resource"):
        _ = dataset.count
    assert getattr(dataset, "count", "default") == "default"
    assert not hasattr(dataset, "count")


def test_reading_a_field_sends_no_request(orion: LocalOrion) -> None:
    dataset = Dataset.create(orion.session(), "x")
    orion.stop()
    assert dataset.name == "x"
    assert "name='x'" in repr(dataset)


def test_construction() -> None:
    assert Dataset(id=3, name="x").name == "x"
    assert Dataset(id="3").id == 3
    with pytest.raises(TypeError, match="no field 'colour'; it has id, name"):
        Dataset(colour="red")
    with pytest.raises(ValidationError, match="must be a mapping"):
        Dataset.from_msg([1])  # type: ignore[arg-type]


def test_from_msg_keeps_unknown_fields(session: OrionSession) -> None:
    message = {"id": "3", "name": "x", "new": {"deep": [1]}, "description": None}
    dataset = Dataset.from_msg(message, session=session)
    assert (dataset.id, dataset.name, dataset.description, dataset.session) == (3, "x", "", session)
    assert dataset.to_dict() == message
    dataset.to_dict()["new"]["deep"].append(2)
    assert dataset.to_dict() == message


def test_fields_cannot_be_assigned() -> None:
    dataset = Dataset(id=3, name="x")
    with pytest.raises(AttributeError, match="session.update_resource"):
        dataset.name = "y"  # type: ignore[assignment]
    dataset.note = "attributes of one's own are fine"  # type: ignore[attr-defined]


def test_repr_shows_what_is_loaded() -> None:
    assert repr(Dataset(id=3, name="x" * 500)).startswith("Dataset(id=3, name='xxx")
    assert len(repr(Dataset(id=3, name="x" * 500))) < 200
    assert repr(Dataset()) == "Dataset()"


def test_equality() -> None:
    assert Dataset(id=3) == Dataset(id="3", name="x")
    assert Dataset(id=3) != Dataset(id=4)
    assert Dataset(id=3) != File(id=3)
    assert Dataset(id=3) != 3
    assert Dataset() != Dataset()
    assert len({Dataset(id=3), Dataset(id="3"), File(id=3)}) == 2


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies(session: OrionSession, copied: Any) -> None:
    dataset = Dataset.create(session, "x")
    dataset.write({"a": 1})
    twin = copied(dataset)
    assert twin == dataset
    assert twin.name == "x"
    assert twin.to_dict() == dataset.to_dict()


def test_subclasses_are_returned_as_themselves(session: OrionSession) -> None:
    class Assay(Dataset):
        """A dataset with a custom field."""

        unit = Field(str, "Unit of the values.", default="nM")

    made = Assay.create(session, "x")
    assert type(made) is Assay
    assert made.unit == "nM"
    assert type(session.get_resource(Assay, made.id)) is Assay
    assert {type(each) for each in session.list_resources(Assay)} == {Assay}
    assert session.get_link(json.loads(json.dumps(session.create_link(made)))).get_resource().id == made.id


def test_a_handle_without_a_session() -> None:
    with pytest.raises(ValidationError, match="File 3 has no session"):
        next(File(id=3).download())
    with pytest.raises(ValidationError, match="has no id"):
        Project()._ids()


def test_every_kind_is_a_resource_with_a_docstring() -> None:
    for kind in KINDS.values():
        assert issubclass(kind, Resource)
        assert kind.__doc__


def test_a_value_of_another_type_names_its_field() -> None:
    with pytest.raises(OrionError, match="Dataset 3: the server sent None for 'owner'"):
        _ = Dataset.from_msg({"id": 3, "owner": None}).owner


def test_invalid_ids_compare_without_raising() -> None:
    assert Dataset(id="007") == Dataset(id=7)
    assert hash(Dataset(id="007")) == hash(Dataset(id=7))
    assert Dataset(id="abc") != Dataset(id=7)
    assert Dataset(id="abc") == Dataset(id="abc")


def test_a_pickled_configuration_has_no_token() -> None:
    config = SessionConfig("https://orion.example.com", CANARY, "me", 3, profile="lab")
    twin = pickle.loads(pickle.dumps(config))
    assert (twin.url, twin.username, twin.project, twin.profile, twin.token) == (config.url, "me", 3, "lab", "")
    assert not contains_token(repr(pickle.dumps(config)))
