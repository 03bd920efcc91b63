"""The rules of parameters: which values, properties and specifications are faults."""

from __future__ import annotations

from typing import Any

import pytest

from orionclient._runtime.parameters import (
    TYPES,
    check_parameters,
    find_specification_faults,
    find_value_faults,
    get_promoted_name,
)

REFERENCES = [
    (("data_source", "dataset"), {"datasets": [{"id": 1}, {"id": 2, "records": [3]}]}, {"datasets": [{"id": 1, "shards": [3]}]}),
    (("file_in", "file"), {"file": 1}, {"file": 1, "files": []}),
    (("file_in", "file"), {"files": [{"id": 1}]}, {"files": [{"id": 1, "records": [1]}]}),
    (("collection_source", "collection"), {"collections": [{"id": 1, "shards": [2]}]}, {"collections": [{"id": 1, "shards": ["2"]}]}),
    (("secret",), {"secrets": [{"id": 1}]}, {"secret": 1}),
]  # fmt: skip
PLAIN = [
    (("string",), "a", 1),
    (("dataset_out", "file_out", "collection_sink", "collection_out"), "a", {"id": 1}),
    (("integer",), 1, 1.5),
    (("integer",), 0, True),
    (("decimal",), 1, "1"),
    (("decimal",), 0.5, False),
    (("boolean",), False, 0),
]


def faults(parameter: dict[str, Any], value: Any) -> list[str]:
    return list(find_value_faults({"name": "p", **parameter}, value, "p"))


def test_values_by_type() -> None:
    for kinds, good, bad in [*REFERENCES, *PLAIN]:
        for kind in kinds:
            assert kind in TYPES
            assert faults({"type": kind}, good) == faults({"type": kind}, None) == []
            (fault,) = faults({"type": kind}, bad)
            assert fault.startswith("p must be "), (kind, fault)
            assert faults({"type": kind, "many": True}, [good, good]) == []
            assert faults({"type": kind, "many": True}, [good, bad]) != []
            assert faults({"type": kind}, [good]) != []
    for kinds, _, _ in REFERENCES:
        for kind in kinds:
            assert faults({"type": kind}, 7) == faults({"type": kind, "many": True}, 7) == []
            for bad in (0, -1, True, "7", 7.0, [7]):
                assert faults({"type": kind}, bad) != [], (kind, bad)
    for kind in ("json", "molecule"):
        assert faults({"type": kind}, [{"a": None}]) == []


@pytest.mark.parametrize(
    ("parameter", "value", "fault"),
    [
        ({"type": "integer", "min_value": 2}, 1, "p must be at least 2, not 1"),
        ({"type": "decimal", "max_value": 2.5}, 3, "p must be at most 2.5, not 3"),
        ({"type": "decimal", "min_value": 0}, float("nan"), "p must be at least 0, not nan"),
        ({"type": "string", "max_length": 2}, "abc", "p must have at most 2 characters, not 3"),
        ({"type": "string", "choices": ["a", "b"]}, "c", "p must be one of: 'a', 'b'; not 'c'"),
        ({"type": "json", "choices": [[1], [2]]}, [3], "p must be one of: [1], [2]; not [3]"),
        ({"type": "integer", "many": True, "max_value": 2}, [1, 3], "p must be at most 2, not 3"),
        ({"type": "integer", "many": True}, 1, "p must be a list, not 1"),
        ({"type": "secret"}, "hunter2", 'p must be the id of a secret or {"secrets": [{"id": 1}]}'),
    ],
)
def test_limits_of_values(parameter: dict[str, Any], value: Any, fault: str) -> None:
    assert faults(parameter, value) == [fault]


def test_malformed_limits_of_another_server_do_not_apply() -> None:
    odd = {"min_value": "2", "max_value": True, "max_length": "x", "choices": "abc", "many": "yes"}
    assert faults({"type": "integer", **odd}, 1) == faults({"type": "string", **odd, "min_value": 3}, "a") == []


def test_promoted_names() -> None:
    names = [
        get_promoted_name({"name": "own", **given})
        for given in (
            {"promoted_name": "outer"},
            {"promoted_name": "outer", "promoted": True},
            {"promoted": True},
            {"promoted_name": "outer", "promoted": False},
            {"promoted_name": None},
            {"promoted_name": 7},
            {},
        )
    ]
    assert names == ["outer", "outer", "own", None, None, None, None]


def test_hidden_parameters_are_accepted_and_not_listed() -> None:
    shown = {"name": "shown", "type": "string", "promoted": True}
    cubes = [
        {"name": "c", "parameters": [shown, {"name": "debug", "type": "boolean", "promoted": True, "hidden": True}]}
    ]
    assert check_parameters(cubes, {"promoted": {"debug": True}}) == ({"promoted": {"debug": True}}, [])
    _, found = check_parameters(cubes, {"promoted": {"debut": True}})
    assert found == ["the floe has no promoted parameter 'debut'; known names are 'shown'"]


def test_converted_values_are_checked_and_the_given_ones_are_unchanged() -> None:
    cubes = [{"name": "c", "title": "C", "parameters": [{"name": "n", "promoted_name": "N", "type": "integer"}]}]
    given = {"promoted": {"N": "1"}, "cube": {"c": {"n": "2"}, "C": {"n": "x"}}}
    checked, found = check_parameters(cubes, given, lambda _parameter, value, _label: int(value))
    assert checked["promoted"] == {"N": 1}
    assert checked["cube"]["c"] == {"n": 2}
    assert found == ["invalid literal for int() with base 10: 'x'"]
    assert given == {"promoted": {"N": "1"}, "cube": {"c": {"n": "2"}, "C": {"n": "x"}}}


def test_all_faults_of_a_specification() -> None:
    def parameter(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
        return {"name": name, "type": kind, **more}

    good = [
        parameter("a", min_value=1, max_value=1, default=1, choices=[1], promoted=True, level="advanced", hidden=True),
        parameter("b", "string", max_length=1, default="x", many=False, promoted_name=None, choices=None),
        parameter("c", "data_source", default=None, required=True),
        parameter("d", "decimal", many=True, default=[1, 2.5], min_value=0.5),
    ]
    assert (
        list(find_specification_faults([{"name": "one", "parameters": good}, {"name": "two", "parameters": []}])) == []
    )
    bad = [
        parameter("a", min_value=2, max_value=1),
        parameter("b", default="x"),
        parameter("c", choices=[]),
        parameter("d", choices=[1, "x", 9], max_value=5, default=3),
        parameter("e", "molecule"),
        parameter("f", "string", min_value=1),
        parameter("g", many=True, default=1),
        parameter("h", many="yes", title=3),
        parameter("i", promoted=True),
        parameter("j", promoted_name="i"),
        parameter("a"),
    ]
    found = list(find_specification_faults([{"name": "one", "parameters": bad}, {"name": "one", "parameters": []}]))
    of = "of the parameter '{}' of the cube 'one'".format
    assert found == [
        "two cubes with the name 'one'",
        "two parameters with the promoted name 'i'",
        "two parameters of the cube 'one' with the name 'a'",
        f"min_value {of('a')} is greater than its max_value: 2 > 1",
        f"the default {of('b')} must be an integer, not 'x'",
        f"choices {of('c')} must not be empty",
        f"a choice {of('d')} must be an integer, not 'x'",
        f"a choice {of('d')} must be at most 5, not 9",
        f"the default {of('d')} must be one of: 1, 'x', 9; not 3",
        f"the parameter 'e' of the cube 'one' has the unknown type 'molecule'; known: {', '.join(TYPES)}",
        f"min_value {of('f')} does not apply to the type string",
        f"the default {of('g')} must be a list, not 1",
        f"many {of('h')} must be true or false, not 'yes'",
        f"title {of('h')} must be a string, not 3",
    ]
