"""The tables of security rules and local faults: each entry has tests, and every named test is run.

The same holds for the tests named in SECURITY.md.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RULES: dict[str, Any] = json.loads((Path(__file__).parent / "rules.json").read_text("utf-8"))
LOCAL: dict[str, Any] = json.loads((ROOT / "tests" / "matrix" / "local.json").read_text("utf-8"))
# X12 is of the command line's keyring, X25 and X26 are of releases.
NUMBERS = [*range(1, 12), *range(13, 25), 27, 28]


def test_every_rule_and_every_fault_is_in_its_table() -> None:
    assert list(RULES) == [f"X{rule}" for rule in NUMBERS]
    assert list(LOCAL) == [f"L{fault}" for fault in range(1, 24)]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


# Marks that keep a test from being run, or from failing.
LEFT_OUT = re.compile(r"\b(skip|skipif|xfail|importorskip|collect_ignore|__test__)\b")


def reason_not_run(test: str) -> str:
    """Return the reason why pytest would not run a test; empty if it would."""
    path, _, function = test.partition("::")
    if not re.fullmatch(r"test_\w+\.py", Path(path).name) or not function.startswith("test_"):
        return "pytest does not collect it"
    every = [
        node for node in ast.walk(tree(ROOT / path)) if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    # A function inside another one is not a test, and the last of two with one name replaces the first.
    if len(every) != 1 or every[0] not in tree(ROOT / path).body:
        return f"it is there {len(every)} times, or not by itself"
    others = [
        node
        for node in tree(ROOT / path).body
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    left = [ast.unparse(node) for node in (*others, every[0]) if LEFT_OUT.search(code(node))]
    return f"it may be skipped: {left[0][:200]}" if left else ""


def code(node: ast.AST) -> str:
    """Return the names used in code, without strings; a mark that skips nothing here does not count."""
    every = list(ast.walk(node))
    names = [
        each.id if isinstance(each, ast.Name) else each.attr
        for each in every
        if isinstance(each, ast.Name | ast.Attribute)
    ]
    marks = [each for each in every if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.skipif"]
    idle = sum(not eval(ast.unparse(mark.args[0]), {"os": os, "sys": sys, "Path": Path}) for mark in marks)
    return " ".join(names).replace("skipif", "", idle)


@pytest.mark.parametrize(("what", "entry"), [*(("rule", name) for name in RULES), *(("fault", name) for name in LOCAL)])
def test_the_tests_of_a_rule_are_run(what: str, entry: str) -> None:
    reported = (RULES if what == "rule" else LOCAL)[entry]
    assert reported.keys() == {what, "tests"}
    assert reported[what]
    assert reported["tests"]
    assert {test: reason_not_run(test) for test in reported["tests"]} == dict.fromkeys(reported["tests"], "")


def test_security_md_names_every_rule_and_tests_that_run() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    assert set(re.findall(r"\bX\d+\b", page)) == RULES.keys()
    named = re.findall(r"`(tests/\S+\.py::\w+)`", page)
    assert {test: reason_not_run(test) for test in named} == dict.fromkeys(named, "")
    assert len(named) >= 5
