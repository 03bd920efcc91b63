"""Every example in a docstring runs and prints what it shows."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import orion_api
import pytest
from orion_api import inputs

import orionclient
from orionclient.types import KINDS

if TYPE_CHECKING:
    from orionclient.session import OrionSession


def read_sources() -> dict[str, str]:
    """Map the names of the modules with examples, in both packages, to their source code."""
    found = {}
    for package in (orionclient, orion_api):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            source = path.read_text("utf-8")
            if ">>> " in source:
                names = path.relative_to(root.parent).with_suffix("").parts
                found[".".join(names).removesuffix(".__init__")] = source
    return found


def collect_examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [
        test
        for name in read_sources()
        for test in finder.find(importlib.import_module(name), name)
        if test.examples and test.name.startswith(name)
    ]


EXAMPLES = collect_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_example_runs_as_shown(
    example: doctest.DocTest, session: OrionSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example.globs = {"session": session}
    printed: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=printed.append)
    assert not printed, "".join(printed)


def test_no_example_is_overlooked() -> None:
    docstrings = [
        ast.get_docstring(node) or ""
        for source in read_sources().values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(EXAMPLES) == sum(">>> " in docstring for docstring in docstrings)
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("kind", KINDS)
def test_the_docstring_of_a_kind_has_all_filters(kind: str) -> None:
    filters = getattr(inputs, KINDS[kind]._inputs.__annotations__.get("filters", ""), None)
    names = set(filters.__annotations__) if filters else set()
    docstring = str(KINDS[kind].__doc__)
    assert {
        name for name in names - {"limit", "cursor", "offset", "order_by"} if f"``{name}``" not in docstring
    } == set()
