"""`nox -s new-kind NAME` writes a kind of resource that works, and all checks stay green."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from generator_paths import ROOT
from helpers.project_copy import ProjectCopy, read_all

SCRIPT = ROOT / "tests" / "new_kind" / "run.py"
ADDED = {"openapi/widgets.yaml", "orionclient/types/widgets.py", "orionclient/emulator/_handlers/widgets.py"}
# The registry has a line for type checkers, and one with the name on the wire.
LINES = {
    "orionclient/types/__init__.py": 2,
    "orionclient/cli/_core/root.py": 1,
    "orionclient/emulator/_store/migrations.py": 1,
}
# The tests that know all kinds or operations, without those that take long and do not depend on the kinds.
TESTS = (
    "tests/surface/test_public.py", "tests/surface/test_operations.py",
    "tests/surface/test_imports.py::test_the_registry_knows_names_without_loading",
    "tests/docs/test_docstrings.py", "tests/docs/test_readme.py",
    "tests/cli/test_help.py", "tests/cli/test_reference.py", "tests/cli/test_examples.py", "tests/cli/test_suggestions.py",
    "tests/session/test_sharing_matrix.py", "tests/vocabulary",
)  # fmt: skip
SELECTED = "not full_run and not command and not compared and (widget or not (test_the_example_runs or sharing_matrix))"


@pytest.mark.timeout(900)
def test_a_new_kind_works_and_all_checks_stay_green(run: Any, tools_python: str, tmp_path_factory: Any) -> None:
    project = ProjectCopy(tmp_path_factory.mktemp("new") / "project")
    folder = project.folder
    before = read_all(folder)
    with pytest.raises(AssertionError, match="cannot write the kind 'widget'"):
        project.python("tests/new_kind/run.py", "widget", "false")
    assert project.changed() == set()
    assert project.python("tests/new_kind/run.py", "widget", tools_python).startswith(
        "wrote:\n  openapi/widgets.yaml\n"
    )
    assert project.changed() == {*ADDED, *LINES, "docs/cli.md", "docs/evidence.md"}
    after = read_all(folder)
    assert {name: len({*after[name].splitlines()} - {*before[name].splitlines()}) for name in LINES} == LINES
    # The operations of other kinds are unchanged.
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert all("widget" in name for name in changed if name.startswith("generated/orion_api/api/"))

    assert project.python("-W", "error", "tests/new_kind/job.py", folder) == "done\n"
    for command in ("generator check", "ruff check .", "ruff format --check ."):
        done = run("-m", *command.split(), cwd=folder, PYTHONPATH="")
        assert done.returncode == 0, done.stdout + done.stderr
    project.python("-m", "mypy", *(name for name in ADDED if name.endswith(".py")))
    project.python("-m", "pytest", "-q", "-n", "2", *TESTS, "-k", SELECTED)


@pytest.mark.parametrize(
    "name",
    ["", "widgets", "box", "Widget", "my_kind", "ding5", "gr\u00f6\u00dfe", "w", "w" * 31, "class", "type", "list", "file",
     "folder", "floe", "member", "group", "userinfo", "shardcollection", "api", "value", "field", "../x"],
)  # fmt: skip
def test_a_name_that_is_not_allowed_changes_nothing(name: str) -> None:
    spec = importlib.util.spec_from_file_location("new_kind", SCRIPT)
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    folders = [ROOT / folder for folder in ("openapi", "orionclient", "docs")]
    before = read_all(*folders)
    with pytest.raises(SystemExit) as error:
        script.main(name, "python")
    assert str(error.value).startswith(f"{name!r}: a kind has a singular name of 2 to 30 lower-case ASCII letters")
    assert read_all(*folders) == before
