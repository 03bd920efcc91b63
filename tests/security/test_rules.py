"""The tables of the security rules and of the faults of this machine: each entry has tests, and every test that it names is there."""

from __future__ import annotations

import ast
import functools
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RULES: dict[str, Any] = json.loads((Path(__file__).parent / "rules.json").read_text("utf-8"))
LOCAL: dict[str, Any] = json.loads((ROOT / "tests" / "matrix" / "local.json").read_text("utf-8"))
# X12 is of the command line's keyring, X25 and X26 are of releases.
NUMBERS = [*range(1, 12), *range(13, 25), 27, 28]


def test_every_rule_and_every_fault_is_in_its_table() -> None:
    assert list(RULES) == [f"X{number}" for number in NUMBERS]
    assert list(LOCAL) == [f"L{number}" for number in range(1, 24)]


@functools.cache
def functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(("what", "entry"), [*(("rule", name) for name in RULES), *(("fault", name) for name in LOCAL)])
def test_its_tests_are_there(what: str, entry: str) -> None:
    told = (RULES if what == "rule" else LOCAL)[entry]
    assert told.keys() == {what, "tests"}
    assert told[what]
    assert told["tests"]
    for test in told["tests"]:
        path, _, function = test.partition("::")
        assert functions(ROOT / path).count(function) == 1, test
