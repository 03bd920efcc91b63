"""Every operation has a handler, a form in the session, a retry class with a row in the table, evidence, and a test that calls it.

The last is counted while the tests run, see helpers/operation_coverage.py; the tests here check that the count works.
"""

from __future__ import annotations

import ast
import importlib.util
import re
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
# Operations that the session sends only within others.
WITHOUT_FORM = {
    "upload_part": "The upload of a file or shard sends its content by this operation.",
    "list_parts": "A resumed upload asks which content arrived.",
    "obtain_upload_targets": "The URLs of the storage expire, so each upload asks for them by itself.",
    "complete_upload": "The upload of a file or shard ends with it.",
}


def list_operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in document["paths"].values() for operation in item.values()]


def operations() -> set[tuple[str, str]]:
    """List tag and id of every operation."""
    return {(operation["tags"][0], operation["operationId"]) for operation in list_operations(contract.load())}


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


def in_session() -> set[tuple[str, str]]:
    """List the operations that public modules use, or modules that a module of the session imports."""
    package = ROOT / "orionclient"
    public = [
        path
        for path in package.rglob("*.py")
        if not re.search("/(_|cli/|emulator/|examples/)", f"/{path.relative_to(package).as_posix()}")
    ]
    imported = {
        (ROOT / name.replace(".", "/")).with_suffix(".py")
        for path in [package / "session.py", *package.glob("_session/*.py")]
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("orionclient.")
        for name in (str(node.module), *(f"{node.module}.{each.name}" for each in node.names))
    }
    modules = {*public, *filter(Path.is_file, imported)}
    return in_declarations().union(*(used(path.read_bytes().decode()) for path in modules))


def in_table() -> set[tuple[str, str]]:
    spec = importlib.util.spec_from_file_location("retry_table", ROOT / "tests" / "conformance" / "test_retry_table.py")
    table: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(table)
    return {(operation.tag, operation.id) for _, operation, _ in table.ALL}


def lacks_evidence(operation: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """List what of an operation and its parameters has no mark, or a mark without its source."""
    shared = document["components"]["parameters"]
    marked = {"": operation}
    for given in operation.get("parameters", ()):
        parameter = shared[given["$ref"].rpartition("/")[2]] if "$ref" in given else given
        marked[f" of {parameter['name']}"] = parameter
    sources = document["x-orion-sources"]
    return [
        f"evidence{name} with a source"
        for name, value in marked.items()
        if value.get("x-orion-evidence") != "assumed"
        and (
            value.get("x-orion-evidence") not in {"documented", "listed", "observed"}
            or value.get("x-orion-source") not in sources
        )
    ]


def lacking(document: dict[str, Any]) -> list[str]:
    """List what the operations of a document lack, one line each."""
    found = []
    sent, rows = in_session(), in_table()
    for operation in list_operations(document):
        name, key = operation["operationId"], (operation["tags"][0], operation["operationId"])
        places = {
            "handler": name in _handlers.HANDLERS,
            "form in the session, and no reason": key in sent or name in WITHOUT_FORM,
            "retry class": operation.get("x-orion-retry") in {"read", "write", "create", "keyed"},
            "row in the retry table": key in rows,
        }
        found += [f"{name} has no {place}" for place, there in places.items() if not there]
        found += [f"{name} has no {each}" for each in lacks_evidence(operation, document)]
    return sorted(found)


def unneeded(reasons: dict[str, str]) -> list[str]:
    """List the reasons that are not needed, or not a sentence."""
    sent, names = {name for _, name in in_session()}, {name for _, name in operations()}
    return sorted(
        name
        for name, reason in reasons.items()
        if name in sent or name not in names or not re.fullmatch(r"[A-Z].{20,}\.", reason)
    )


def test_no_operation_lacks_anything() -> None:
    assert lacking(contract.load()) == []
    assert set(_handlers.HANDLERS) == {name for _, name in operations()}


def test_reasons_are_needed() -> None:
    assert unneeded(WITHOUT_FORM) == []


def test_a_reason_that_is_not_needed_is_noticed() -> None:
    reason = "Only the tests of this module send it."
    reasons = {"list_files": reason, IMAGINARY[1]: reason, "complete_upload": "None", "obtain_upload_targets": reason}
    assert unneeded(reasons) == ["complete_upload", IMAGINARY[1], "list_files"]


def test_an_operation_that_lacks_everything_is_noticed() -> None:
    document = contract.load()
    tag, name = IMAGINARY
    document["paths"]["/api/v1/protocols/"] = {
        "get": {
            "operationId": name,
            "tags": [tag],
            "x-orion-evidence": "listed",
            "parameters": [
                {"$ref": "#/components/parameters/Limit"},
                {"name": "kind"},
                {"name": "size", "x-orion-evidence": "listed", "x-orion-source": "nowhere"},
            ],
        }
    }
    assert lacking(document) == [
        f"{name} has no evidence of kind with a source",
        f"{name} has no evidence of size with a source",
        f"{name} has no evidence with a source",
        f"{name} has no form in the session, and no reason",
        f"{name} has no handler",
        f"{name} has no retry class",
        f"{name} has no row in the retry table",
    ]


def test_an_operation_that_only_private_modules_send_has_no_form() -> None:
    sent = {name for _, name in in_session()}
    assert sent & {"complete_upload", "get_api_versions", "assign_paths", "cancel_job"} == {
        "get_api_versions",
        "assign_paths",
        "cancel_job",
    }


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
