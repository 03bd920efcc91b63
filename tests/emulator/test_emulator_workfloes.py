"""Tests of floes over HTTP: those that the server was started with."""

from __future__ import annotations

import pytest
from emulator_floes import ARGV, floe, reach, specification, start

from orionclient.emulator import FloeSpecification, Server

PATH = "/api/v1/workfloes/"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    floes = [
        floe("sieve", tags=["ETL", "small"], title="Sieve molecules"),
        floe("dock", tags=["ETL"], title="Dock"),
        FloeSpecification(specification("bare", title="", description=""), [], ARGV),
    ]
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", floes=floes) as running:
        yield running


def names(response):
    assert response.status_code == 200, response.text
    return [each["name"] for each in response.json()["results"]]


def test_a_listed_floe_has_no_specification_and_a_fetched_one_has(ada):
    listed = ada.get(PATH).json()["results"][0]
    assert listed == {
        "id": 1,
        "name": "sieve",
        "title": "Sieve molecules",
        "uuid": specification("sieve")["uuid"],
        "state": "ready",
        "description": "For tests.",
        "tags": ["ETL", "small"],
        "package": None,
        "created": listed["created"],
        "specification": {},
    }
    whole = specification("sieve", title="Sieve molecules")
    assert ada.get(f"{PATH}1/").json() == {**listed, "specification": whole}


def test_filters(ada):
    assert names(ada.get(PATH)) == ["sieve", "dock", "bare"]
    assert names(ada.get(PATH, params={"title": "MOLECULES"})) == ["sieve"]
    assert names(ada.get(PATH, params={"name": "O"})) == ["dock"]
    assert names(ada.get(PATH, params={"tags": ["ETL"]})) == ["sieve", "dock"]
    assert names(ada.get(PATH, params={"tags": ["small", "ETL"]})) == ["sieve"]
    assert names(ada.get(PATH, params={"tags": ["etl"]})) == []
    assert names(ada.get(PATH, params={"state": "ready"})) == ["sieve", "dock", "bare"]
    assert names(ada.get(PATH, params={"state": "deprecated"})) == []
    first = ada.get(PATH, params={"limit": 2}).json()
    assert (first["count"], names(ada.get(first["next"]))) == (3, ["bare"])


def test_everybody_sees_the_floes_of_the_stack(grace, ada, rejected):
    assert grace.get(PATH).json() == ada.get(PATH).json()
    assert ada.delete(f"{PATH}1/") == rejected(403, "forbidden", "floe 1 belongs to the stack")
    assert ada.get(f"{PATH}99/") == rejected(404, "not_found", "floe 99 does not exist")


def test_a_start_replaces_the_floes_of_the_last_one(tmp_path, connect, rejected):
    with Server(tmp_path, seed="demo", floes=[floe("kept"), floe("gone")], jobs=0) as server:
        ada = connect(server)
        waiting = start(ada, floe=2)
    with Server(tmp_path, floes=[floe("new"), floe("kept", title="Kept and changed")]) as server:
        ada = connect(server)
        found = [(each["id"], each["title"], each["state"]) for each in ada.get(PATH).json()["results"]]
        assert found == [
            (1, "Kept and changed", "ready"),
            (2, "The floe gone", "deprecated"),
            (3, "The floe new", "ready"),
        ]
        assert ada.post("/api/v1/jobs/", json={"workfloe": 2}) == rejected(409, "floe_not_ready", "gone", "deprecated")
        ended = reach(ada, waiting)
        assert (ended["outcome"], ended["reason"]) == ("failed", "the floe 'gone' is no longer available")
    with Server(tmp_path, floes=[floe("gone")]) as server:
        states = [each["state"] for each in connect(server).get(PATH).json()["results"]]
        assert states == ["deprecated", "ready", "deprecated"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (3, "must have the fields"),
        ({"specification": {}}, "must have the fields"),
        (("text", [], ["x"]), "object"),
        (({"name": "a"}, [], ["x"]), "uuid"),
        (({"name": "a", "uuid": ""}, [], ["x"]), "uuid"),
        (({"name": "a", "uuid": "u", "title": 3, "cubes": []}, [], ["x"]), "title"),
        *(
            (({"name": "a", "uuid": "u", "classification": value}, [], ["x"]), "classification")
            for value in ("A", ["A"], [[]], [[""]], [["A/B"]], [[1]])
        ),
        (({"name": "a", "uuid": "u"}, [], ["x"]), "cubes"),
        (({"name": "a", "uuid": "u", "cubes": [{}]}, [], ["x"]), "cubes"),
        (({"name": "a", "uuid": "u", "cubes": [{"name": "c", "parameters": {}}]}, [], ["x"]), "parameters"),
        (({"name": "a", "uuid": "u", "cubes": [{"name": "c", "parameters": [{"name": "p"}]}]}, [], ["x"]), "type"),
        (
            (
                {"name": "a", "uuid": "u", "cubes": [{"name": "c", "parameters": [{"name": "p", "type": "x"}]}]},
                [],
                ["x"],
            ),
            "type 'x'",
        ),
        (({"name": "a", "uuid": "u", "cubes": []}, "tag", ["x"]), "tags"),
        (({"name": "a", "uuid": "u", "cubes": []}, [], "x"), "argv"),
        (({"name": "a", "uuid": "u", "cubes": []}, [], []), "command"),
    ],
)
def test_an_invalid_floe_is_rejected_at_the_start(tmp_path, given, words):
    with pytest.raises(ValueError, match=words):
        Server(tmp_path, floes=[given])
