"""Every example in a docstring runs and gives what it says."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import orion_api
import pytest

import orionclient

if TYPE_CHECKING:
    from orionclient.session import OrionSession


def sources() -> dict[str, str]:
    """Name -> text of the modules that have examples, of both packages."""
    found = {}
    for package in (orionclient, orion_api):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            text = path.read_text("utf-8")
            if ">>> " in text:
                parts = path.relative_to(root.parent).with_suffix("").parts
                found[".".join(parts).removesuffix(".__init__")] = text
    return found


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [
        test
        for name in sources()
        for test in finder.find(importlib.import_module(name), name)
        if test.examples and test.name.startswith(name)
    ]


EXAMPLES = examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_example_is_true(
    example: doctest.DocTest, session: OrionSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example.globs = {"session": session}
    printed: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=printed.append)
    assert not printed, "".join(printed)


def test_no_example_is_overlooked() -> None:
    texts = [
        ast.get_docstring(node) or ""
        for source in sources().values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(EXAMPLES) == sum(">>> " in text for text in texts)
    assert len(EXAMPLES) >= 12
