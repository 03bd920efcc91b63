"""Every operation of the contract has a handler, a place in the client, a row in the retry table, and a test that calls it.

The last is counted while the tests run, see helpers/operation_coverage.py; the tests here check that the count works.
"""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers import operation_coverage
from orion_api import contract

from orionclient.emulator import _handlers
from orionclient.session import OrionSession
from orionclient.types import KINDS, Folder

ROOT = Path(__file__).parents[2]
IMAGINARY = ("protocols", "count_protocols")


def operations() -> set[tuple[str, str]]:
    """List tag and id of every operation."""
    items = contract.load()["paths"].values()
    return {(operation["tags"][0], operation["operationId"]) for item in items for operation in item.values()}


def used(source: str) -> set[tuple[str, str]]:
    """Return the operations that a module imports from the generated package and also uses."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    attributes = {
        (node.value.id, node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    found = set()
    for node in nodes:
        for each in node.names if isinstance(node, ast.ImportFrom) else ():
            name = each.asname or each.name
            if node.module == "orion_api.api":
                found |= {(each.name, attribute) for package, attribute in attributes if package == name}
            elif str(node.module).startswith("orion_api.api.") and name in names:
                found.add((str(node.module).rpartition(".")[2], each.name))
    return found


def in_declarations() -> set[tuple[str, str]]:
    """List the operations that the resource types find by their names."""
    declarations = [kind.declaration for kind in (*KINDS.values(), Folder)]
    found = [
        getattr(each, verb)
        for each in declarations
        for verb in ("get", "list", "create", "update", "delete", "upload", "download")
    ]
    return {(each.__name__.split(".")[-2], each.OPERATION.id) for each in found if each is not None}


def in_client() -> set[tuple[str, str]]:
    paths = [path for path in (ROOT / "orionclient").rglob("*.py") if not {"emulator", "examples"} & set(path.parts)]
    return in_declarations().union(*(used(path.read_text("utf-8")) for path in paths))


def in_table() -> set[tuple[str, str]]:
    spec = importlib.util.spec_from_file_location("retry_table", ROOT / "tests" / "conformance" / "test_retry_table.py")
    table: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(table)
    return {(operation.tag, operation.id) for _, operation, _ in table.ALL}


def lacking(wanted: set[tuple[str, str]]) -> list[str]:
    """List what the operations lack, one line each."""
    places = {"place in the client": in_client(), "row in the table of retries": in_table()}
    found = [f"{name} has no {place}" for place, there in places.items() for tag, name in wanted - there]
    return sorted([*found, *(f"{name} has no handler" for _, name in wanted if name not in _handlers.HANDLERS)])


def test_no_operation_lacks_anything() -> None:
    assert lacking(operations()) == []
    assert set(_handlers.HANDLERS) == {name for _, name in operations()}


def test_an_operation_that_lacks_everything_is_noticed() -> None:
    name = IMAGINARY[1]
    assert lacking({*operations(), IMAGINARY}) == [
        f"{name} has no handler",
        f"{name} has no place in the client",
        f"{name} has no row in the table of retries",
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from orion_api.api.protocols import count_protocols\nx = count_protocols", {IMAGINARY}),
        ("from orion_api.api.protocols import count_protocols as c\ndef f(): return c.build()", {IMAGINARY}),
        ("from orion_api.api import protocols as api\ndef f(): return api.count_protocols.build()", {IMAGINARY}),
        ("from orion_api.api import protocols\nprotocols\nx.count_protocols", set()),
        ("from orion_api.api.protocols import count_protocols", set()),
        ("# from orion_api.api.protocols import count_protocols\n'count_protocols'", set()),
        ("count_protocols = 1", set()),
    ],
)
def test_unused_imports_do_not_count(source: str, found: set[tuple[str, str]]) -> None:
    assert used(source) == found


def test_only_completed_operations_count(session: OrionSession, monkeypatch: pytest.MonkeyPatch) -> None:
    # The hook cleared the list before this test, and reads it afterwards.
    monkeypatch.setattr(operation_coverage, "_ARRIVED", heard := [])
    session.get_user_profile()
    assert [(seen.operation, seen.ran) for seen in heard] == [("get_current_user", True)]


SUITE = """
import pytest
from orionclient.exceptions import OrionError
from orionclient.local import LocalOrion
from orionclient.types import Group, Project, User

def test_good():
    with LocalOrion(seed="demo") as orion:
        orion.session().get_user_profile()  # list_users is not met here
        with pytest.raises(OrionError):
            orion.session().get_resource(Project, 2)

@pytest.mark.xfail(strict=True)
def test_bad():
    with LocalOrion(seed="demo") as orion:
        orion.session().get_resource(Group, 1)
        raise RuntimeError
"""
HOOKS = "pytest_runtest_call, pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown"
CONFTEST = f"from helpers.operation_coverage import {HOOKS}\n"
ELSEWHERE = SUITE.replace("get_user_profile()", "get_resource(User, 1)")


@pytest.mark.parametrize("options", ["-n0", "-n2", "-n0 -k good"])
def test_a_full_run_fails_if_an_operation_was_not_called(tmp_path: Path, options: str) -> None:
    settings = f"[pytest]\ntestpaths = tests\npythonpath = {ROOT / 'tests'} {ROOT} {ROOT / 'generated'}\n"
    (tmp_path / "pytest.ini").write_text(settings)
    for name, source in {"conftest.py": CONFTEST, "test_it.py": SUITE, "conformance/test_other.py": ELSEWHERE}.items():
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", *options.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if "-k" in options:
        # A selection of tests is not checked for completeness.
        assert (done.returncode, operation_coverage._TITLE in done.stdout) == (0, False), done.stdout
        return
    assert "2 passed, 2 xfailed" in done.stdout, done.stdout
    names = done.stdout.partition(operation_coverage._TITLE)[2].partition("\n")[2].partition("\n")[0].split(", ")
    # Rejected requests, failed tests and other folders do not count.
    assert (done.returncode, set(names)) == (1, {name for _, name in operations()} - {"get_current_user"}), done.stdout
