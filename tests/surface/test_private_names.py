"""No private attributes of other packages are used, and nothing is put into `sys.modules`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for folder in (ROOT / "orionclient", ROOT / "generated" / "orion_api")
    for path in sorted(folder.rglob("*.py"))
}
OURS = [path for path in TREES if path.is_relative_to(ROOT / "orionclient")]
# A user's module of cubes is registered while it is imported, as the documentation of importlib prescribes.
# The standard library documents this name.
DOCUMENTED = {"_getframe"}
CHANGES = {"setdefault", "update", "__setitem__"}
REGISTERS = {"orionclient/floes/_loading.py"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def defined_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names of functions, classes, variables, attributes of `self` and imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node.value):
            yield node.attr


def is_own(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


DEFINED = {name for tree in TREES.values() for name in defined_names(tree)}
DEFINED |= {path.parent.name if path.stem == "__init__" else path.stem for path in TREES}


def foreign_private_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        name = ""
        if isinstance(node, ast.Attribute):
            name = node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("attr"):
            name = next((str(each.value) for each in node.args[1:2] if isinstance(each, ast.Constant)), "")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            paths = [f"{getattr(node, 'module', None) or ''}.{each.name}".strip(".") for each in node.names]
            foreign = [path for path in paths if not getattr(node, "level", 0) and not is_ours(path)]
            yield from [f"line {node.lineno}: {path}" for path in foreign if any(map(is_private, path.split(".")))]
        if is_private(name) and name not in DEFINED | DOCUMENTED:
            yield f"line {node.lineno}: {name}"


def is_ours(path: str) -> bool:
    return path.partition(".")[0] in {"orionclient", "orion_api"}


def changes_of_sys_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and is_modules(node.value):
            yield f"line {node.lineno}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            yield from [f"line {node.lineno}"] * is_modules(node.func.value)


def is_modules(node: ast.AST) -> bool:
    return "modules" in (getattr(node, "attr", None), getattr(node, "id", None))


def test_the_code_uses_no_private_names_of_other_packages() -> None:
    found = {str(path.relative_to(ROOT)): list(foreign_private_names(TREES[path])) for path in OURS}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_code_puts_nothing_into_sys_modules() -> None:
    found = {str(path.relative_to(ROOT)) for path in OURS if list(changes_of_sys_modules(TREES[path]))}
    assert found == REGISTERS


@pytest.mark.parametrize(
    "line",
    [
        "response.stream._httpcore_stream",
        "connection._h11_state.trailing_data",
        "getattr(layer, '_read_bio', None)",
        "hasattr(layer, '_incoming')",
        "from httpx import _main",
        "from httpx._client import Client",
        "import httpx._transports.default",
    ],
)
def test_a_planted_private_name_is_found(line: str) -> None:
    assert list(foreign_private_names(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "sys.modules['httpx._main'] = None",
        "modules['httpx._main'] = None",
        "sys.modules.setdefault('httpx._main', None)",
    ],
)
def test_a_planted_entry_of_sys_modules_is_found(line: str) -> None:
    assert list(changes_of_sys_modules(ast.parse(line)))


@pytest.mark.parametrize("line", ["self._stream", "exchange._MAX_BODY_SIZE", "sys.modules.get('httpx')", "x.__dict__"])
def test_own_names_are_not_found(line: str) -> None:
    tree = ast.parse(line)
    assert [*foreign_private_names(tree), *changes_of_sys_modules(tree)] == []
