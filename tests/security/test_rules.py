"""The table of the security rules: every rule has tests, and every test that it names is there."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = json.loads((Path(__file__).parent / "rules.json").read_text("utf-8"))
# X12 is of the command line's keyring, X25 and X26 are of releases.
NUMBERS = [*range(1, 12), *range(13, 25), 27, 28]


def test_every_rule_is_in_the_table() -> None:
    assert list(RULES) == [f"X{number}" for number in NUMBERS]


@pytest.mark.parametrize("name", RULES)
def test_its_tests_are_there(name: str) -> None:
    rule = RULES[name]
    assert rule.keys() == {"rule", "tests"}
    assert rule["rule"]
    assert rule["tests"]
    for test in rule["tests"]:
        path, _, function = test.partition("::")
        found = [
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef)
        ]
        assert found.count(function) == 1, test
