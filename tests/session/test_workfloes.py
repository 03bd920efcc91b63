"""Floes through the session: found by title, name and tag, and started with validated parameters."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import AuthorizationRequired, BadResponse, NotLoaded, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Project, Secret, ShardCollection, WorkFloeJob, WorkFloeSpec


def parameter(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "promoted_name": name, "type": kind, "required": False, **more}


SPECIFICATION = {
    "name": "dock",
    "cubes": [
        {
            "name": "reader",
            "title": "Reader",
            "parameters": [
                parameter("data_in", "dataset", promoted_name="in", required=True),
                parameter("limit", "integer", promoted_name=None),
            ],
        },
        {
            "name": "all",
            "parameters": [
                parameter("text", "string"),
                parameter("number", "integer"),
                parameter("ratio", "decimal"),
                parameter("flag", "boolean"),
                parameter("data", "json"),
                parameter("file", "file"),
                parameter("files", "file", many=True),
                parameter("texts", "string", many=True),
                parameter("collection", "collection"),
                parameter("secret", "secret"),
                parameter("made", "dataset_out", required=True, default="made"),
                parameter("choice", "string", choices=["a", "b"]),
                parameter("odd", "molecule"),
            ],
        },
    ],
}


@pytest.fixture
def spec(scripted: Scripted) -> WorkFloeSpec:
    """Return a floe with parameters of every type; the server accepts every job."""
    scripted.then(ScriptedResponse(201, {"id": 5, "name": "x", "state": "queued", "reason": "", "workfloe": 3}))
    return WorkFloeSpec(id=3, specification=SPECIFICATION, session=scripted.session())


def sent(scripted: Scripted) -> dict[str, Any]:
    (request,) = scripted.requests
    assert (request.method, request.path) == ("POST", "/api/v1/jobs/")
    body: dict[str, Any] = json.loads(request.body)
    return body


def test_a_listing_is_filtered(session: OrionSession) -> None:
    def names(**filters: Any) -> list[str]:
        return [each.name for each in session.list_resources(WorkFloeSpec, filters)]

    assert names() == ["etl", "dataset_to_collection", "collection_to_dataset", "echo", "slow", "fail", "report"]
    assert names(title="molecules TO") == ["etl"]
    assert names(name="collection") == ["dataset_to_collection", "collection_to_dataset"]
    assert names(tags="ETL") == ["etl"]
    assert names(state="ready", title="echo") == ["echo"]
    assert names(state="deprecated") == []
    echo = session.list_resources(WorkFloeSpec, {"name": "echo"}).one()
    assert names(uuid=echo.uuid) == ["echo"]
    for name in ("package", "owner", "version"):
        # The built-in floes belong to no package.
        assert names(**{name: 1}) == []


def test_a_listed_floe_has_no_specification_until_it_is_refreshed(session: OrionSession) -> None:
    spec = session.list_resources(WorkFloeSpec, {"title": "ETL: molecules to dataset"}, exact=True).one()
    assert spec.specification == {}
    session.refresh_resource(spec)
    assert [cube["name"] for cube in spec.specification["cubes"]] == ["etl"]
    assert spec.specification["uuid"] == spec.uuid
    assert (spec.state, spec.tags, spec.package) == ("ready", ["ETL"], None)
    assert session.get_resource(WorkFloeSpec, spec.id).specification == spec.specification
    assert "ETL: molecules" in str(spec)


def test_a_specification_never_sent_is_empty() -> None:
    spec = WorkFloeSpec(id=3)
    spec.specification["cubes"] = []
    assert spec.specification == {}


def test_a_built_in_floe_cannot_be_deleted(session: OrionSession) -> None:
    with pytest.raises(AuthorizationRequired, match="belongs to the stack"):
        session.delete_resource(WorkFloeSpec(id=1))


def test_classifications(session: OrionSession) -> None:
    found = list(WorkFloeSpec.list_classifications(session))
    assert [(each["path"], each["depth"], each["count"]) for each in found] == [
        ("Data", 1, 3), ("Data/Conversion", 2, 2), ("Data/Import", 2, 1), ("Test", 1, 4),
    ]  # fmt: skip
    assert list(WorkFloeSpec.list_classifications(session, {"path": "Data", "name": "imp", "depth": 2})) == found[2:3]
    assert session.list_resources(WorkFloeSpec, {"classification": "Data/Import"}).one().name == "etl"


@pytest.mark.parametrize("verb", ["create", "update", "tag"])
def test_a_floe_cannot_be_changed(session: OrionSession, verb: str) -> None:
    spec = WorkFloeSpec(id=1)
    calls = {
        "create": lambda: session.create_resource(WorkFloeSpec, {}),
        "update": lambda: session.update_resource(spec, {}),
        "tag": lambda: session.tag_resource(spec, "x"),
    }
    with pytest.raises(ValidationError, match="cannot be"):
        calls[verb]()


# ---------------------------------------------------------------- starting by promoted names


def test_values_are_converted_for_the_server(spec: WorkFloeSpec, scripted: Scripted) -> None:
    job = spec.start(
        "x",
        text="CNS",
        number=3,
        ratio=Decimal("0.5"),
        flag=True,
        data={"a": [1, None]},
        file=File(id=7),
        files=[File(id=7), 8, "9"],
        texts=("a", "b"),
        collection=ShardCollection(id=4),
        secret=Secret(id=5),
        made="hits",
        choice="b",
        odd=Dataset(id=6),
        **{"in": "12"},
    )
    assert (job.id, job.state) == (5, "queued")
    body = sent(scripted)
    assert (body["name"], body["workfloe"], body["project"]) == ("x", 3, 7)
    assert body["parameters"] == {
        "promoted": {
            "text": "CNS",
            "number": 3,
            "ratio": 0.5,
            "flag": True,
            "data": {"a": [1, None]},
            "file": 7,
            "files": {"files": [{"id": 7}, {"id": 8}, {"id": 9}]},
            "texts": ["a", "b"],
            "collection": 4,
            "secret": 5,
            "made": "hits",
            "choice": "b",
            "odd": 6,
            "in": 12,
        }
    }


def test_cube_parameters_and_published_forms_are_sent(spec: WorkFloeSpec, scripted: Scripted) -> None:
    given = {
        "promoted": {"in": {"datasets": [{"id": 1, "records": [2]}]}},
        "cube": {"Reader": {"limit": 5}, "all": {"text": None}},
    }
    before = json.dumps(given)
    spec.start("x", given, text="y")
    assert sent(scripted)["parameters"] == {
        "promoted": {"in": {"datasets": [{"id": 1, "records": [2]}]}, "text": "y"},
        "cube": {"Reader": {"limit": 5}, "all": {"text": None}},
    }
    assert json.dumps(given) == before


def test_a_required_parameter_may_be_set_for_its_cube(spec: WorkFloeSpec, scripted: Scripted) -> None:
    spec.start("x", {"cube": {"reader": {"data_in": Dataset(id=2)}}})
    assert sent(scripted)["parameters"] == {"cube": {"reader": {"data_in": 2}}}


@pytest.mark.parametrize(
    ("parameters", "promoted", "message"),
    [
        ({}, {"input": 1}, r"the floe has no promoted parameter 'input'; known names are 'in', 'text', 'number'"),
        ({"promote": {}}, {}, r"the parameters have no field 'promote'; known names are 'promoted', 'cube'"),
        (
            {"cube": {"writer": {}}},
            {},
            r"the floe has no cube 'writer'; known names are 'reader', 'Reader', 'all'",
        ),
        (
            {"cube": {"reader": {"depth": 1}}},
            {},
            r"the cube 'reader' has no parameter 'depth'; known names are 'data_in'",
        ),
        ({}, {"text": "x"}, r"the parameter 'in' is missing \(type dataset\)"),
        ({}, {"text": 5}, r"'text' must be a string, not 5"),
        ({}, {"number": "5"}, r"'number' must be an integer, not '5'"),
        ({}, {"number": True}, r"'number' must be an integer, not True"),
        ({}, {"ratio": True}, r"'ratio' must be a number, not True"),
        ({}, {"ratio": float("nan")}, r"'ratio' is not JSON serializable"),
        ({}, {"flag": 1}, r"'flag' must be true or false, not 1"),
        ({}, {"data": {1, 2}}, r"'data' is not JSON serializable"),
        ({}, {"file": Dataset(id=1)}, r"'file' must be a File or its id, not a Dataset"),
        ({}, {"file": [File(id=1)]}, r"'file' takes one file, not a list"),
        ({}, {"file": "path.sdf"}, r"'file' must be the id of a file or .*, not 'path.sdf'"),
        ({}, {"text": File(id=1)}, r"'text' must be a string, not File\(id=1\)"),
        ({}, {"texts": "abc"}, r"'texts' must be a list, not 'abc'"),
        ({}, {"texts": ["a", 1]}, r"'texts' must be a string, not 1"),
        ({}, {"made": Dataset(id=1)}, r"'made' must be the name of a dataset, not Dataset\(id=1\)"),
        ({}, {"choice": "c"}, r"'choice' must be one of: 'a', 'b'; not 'c'"),
        ({}, {"in": Project(id=1)}, r"'in' must be a Dataset or its id, not a Project"),
        ({}, {"in": None}, r"the parameter 'in' is missing"),
    ],
)
def test_invalid_parameters_are_rejected_before_any_request(
    spec: WorkFloeSpec, scripted: Scripted, parameters: dict[str, Any], promoted: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        spec.start("x", parameters, **promoted)
    assert scripted.requests == []


def test_all_faults_are_named_at_once(spec: WorkFloeSpec, scripted: Scripted) -> None:
    known = "'in', 'text', 'number', 'ratio', 'flag', 'data', 'file', 'files', 'texts', 'collection', 'secret', 'made', 'choice', 'odd'"
    cube = {"writer": {}, "reader": {"limit": "x", "depth": 1}}
    with pytest.raises(ValidationError) as caught:
        spec.start("x", {"cube": cube}, color="red", speed=1, number="5", choice="c", file=Dataset(id=1))
    assert caught.value.hints == (
        f"the floe has no promoted parameters 'color', 'speed'; known names are {known}",
        "the parameter 'number' must be an integer, not '5'",
        "the parameter 'choice' must be one of: 'a', 'b'; not 'c'",
        "the parameter 'file' must be a File or its id, not a Dataset",
        "the floe has no cube 'writer'; known names are 'reader', 'Reader', 'all'",
        "the cube 'reader' has no parameter 'depth'; known names are 'data_in', 'limit'",
        "the parameter 'limit' of the cube 'reader' must be an integer, not 'x'",
        "the parameter 'in' is missing (type dataset)",
    )
    assert str(caught.value).splitlines() == ["WorkFloeSpec 3: 8 faults in the parameters", *caught.value.hints]
    assert scripted.requests == []


def test_all_faults_that_the_server_finds_are_lines_of_the_error(session: OrionSession) -> None:
    spec = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    wrong = {"number": "x", "flag": 1, "choice": "third", "ratio": [], "words": 5, "output": 7, "text": 1}
    with pytest.raises(BadResponse) as caught:
        WorkFloeJob.start(session, spec, "x", {"promoted": {**wrong, **{f"unknown {index}": 1 for index in range(20)}}})
    lines = str(caught.value).splitlines()[-8:]
    assert all(f"'unknown {index}'" in lines[0] for index in range(20))
    assert [line.split("'")[1] for line in lines[1:]] == [*wrong]
    with pytest.raises(BadResponse) as caught:
        WorkFloeJob.start(session, spec, "x", {"promoted": {"number": "x"}})
    assert caught.value.hints == ()


def test_a_value_given_instead_of_the_id_of_a_secret_is_not_shown(spec: WorkFloeSpec) -> None:
    with pytest.raises(ValidationError, match="the parameter 'secret' must be the id of a secret or") as caught:
        spec.start("x", secret="hunter2", **{"in": 1})
    assert "hunter2" not in str(caught.value)


def test_the_specification_is_fetched_once(session: OrionSession, orion: LocalOrion) -> None:
    spec = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    for value in range(2):
        spec.start("x", number=value)
    assert len(orion.faults.requests("get_workfloe")) == 1
    with pytest.raises(
        ValidationError, match="known names are 'text', 'number', 'ratio', 'flag', 'choice', 'data', 'words', 'output'"
    ):
        spec.start("x", colour="red")
    assert orion.faults.effects("create_job") == 2


GOOD = {"name": "text", "promoted_name": "text", "type": "string"}
ODD_SPECIFICATIONS = [
    ([], "specification"),
    ("x", "specification"),
    (7, "specification"),
    ({"cubes": "x"}, "specification.cubes"),
    ({"cubes": {"name": "a"}}, "specification.cubes"),
    ({"cubes": [None]}, "specification.cubes[0]"),
    ({"cubes": [{"name": "a", "parameters": []}, "x"]}, "specification.cubes[1]"),
    ({"cubes": [{"name": 7, "parameters": []}]}, "specification.cubes[0].name"),
    ({"cubes": [{"title": ["a"], "parameters": []}]}, "specification.cubes[0].title"),
    ({"cubes": [{"name": "a", "parameters": "x"}]}, "specification.cubes[0].parameters"),
    ({"cubes": [{"name": "a", "parameters": {"text": GOOD}}]}, "specification.cubes[0].parameters"),
    ({"cubes": [{"name": "a", "parameters": [GOOD, None]}]}, "specification.cubes[0].parameters[1]"),
    ({"cubes": [{"name": "a", "parameters": [GOOD, ["x"]]}]}, "specification.cubes[0].parameters[1]"),
    *(
        ({"cubes": [{"name": "a", "parameters": [{**GOOD, name: value}]}]}, f"specification.cubes[0].parameters[0].{name}")
        for name, values in {
            "name": (None, 7, ["x"], {}, True),
            "type": (7, ["x"], {}, True),
            "choices": ("abc", 7, {"a": 1}, True),
        }.items()
        for value in values
    ),
    ({"cubes": [{"name": "a", "parameters": [{"type": "string"}]}]}, "specification.cubes[0].parameters[0].name"),
]  # fmt: skip


@pytest.mark.parametrize(("specification", "field"), ODD_SPECIFICATIONS, ids=str)
def test_an_invalid_specification_is_an_error_that_names_the_field(
    scripted: Scripted, specification: Any, field: str
) -> None:
    scripted.then(ScriptedResponse(data={"id": 3, "name": "dock", "specification": specification}))
    spec = scripted.session().get_resource(WorkFloeSpec, 3)
    with pytest.raises(OrionError) as caught:
        spec.start("x", text="CNS")
    assert {request.method for request in scripted.requests} == {"GET"}
    assert f"{field!r}" in str(caught.value)
    assert "WorkFloeSpec 3" in str(caught.value)


@pytest.mark.parametrize(
    "specification",
    [{}, None, {"cubes": None}, {"cubes": []}, {"cubes": [{}]}, {"cubes": [{"parameters": None}]}, {"cubes": [{"name": None}]}],
    ids=str,
)  # fmt: skip
def test_a_specification_without_parameters_has_none(scripted: Scripted, specification: Any) -> None:
    scripted.then(ScriptedResponse(data={"id": 3, "name": "dock", "specification": specification}))
    with pytest.raises(ValidationError, match="the floe has no promoted parameter 'text'; known names are none"):
        scripted.session().get_resource(WorkFloeSpec, 3).start("x", text="CNS")


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "x"},
        {"name": "x", "type": None},
        *({"name": "x", "promoted_name": name} for name in (7, ["x"], {}, True, "")),
    ],
    ids=str,
)
def test_an_invalid_parameter_that_is_not_set_is_ignored(scripted: Scripted, odd: dict[str, Any]) -> None:
    specification = {"cubes": [{"name": "a", "parameters": [odd, GOOD]}]}
    scripted.then(
        ScriptedResponse(data={"id": 3, "name": "dock", "specification": specification}),
        ScriptedResponse(201, {"id": 5, "name": "x"}),
    )
    scripted.session().get_resource(WorkFloeSpec, 3).start("x", {"cube": {"a": {"x": [1]}}}, text="CNS")
    assert json.loads(scripted.requests[-1].body)["parameters"] == {
        "cube": {"a": {"x": [1]}},
        "promoted": {"text": "CNS"},
    }


@pytest.mark.parametrize("parameters", [[1], "x", 7, {"promoted": [1]}, {"cube": "x"}, {"cube": {"all": [1]}}], ids=str)
def test_parameters_of_another_type_are_rejected(spec: WorkFloeSpec, scripted: Scripted, parameters: Any) -> None:
    with pytest.raises(ValidationError, match="must be an object of names and values, not"):
        spec.start("x", parameters)
    assert not scripted.requests


def test_the_promoted_parameters(session: OrionSession) -> None:
    listed = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    assert listed.specification == {}
    with pytest.raises(NotLoaded, match="the specification is not loaded; call session.refresh_resource"):
        _ = listed.parameters
    session.refresh_resource(listed)
    assert [(each["promoted_name"], each["type"]) for each in listed.parameters] == [
        (each["promoted_name"], each["type"]) for each in listed.specification["cubes"][0]["parameters"]
    ]
    full = WorkFloeSpec(id=3, specification=SPECIFICATION)
    assert [each["promoted_name"] for each in full.parameters][:2] == ["in", "text"]
    assert "limit" not in {each["name"] for each in full.parameters}
    with pytest.raises(OrionError, match="WorkFloeSpec 3: the server sent 7 for 'specification.cubes'"):
        _ = WorkFloeSpec(id=3, specification={"cubes": 7}).parameters
