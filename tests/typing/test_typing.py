"""Test the type annotations with mypy and pyright: correct user code is accepted, mistakes are reported."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import orion_api
import pytest
from orion_api import contract

import orionclient
from orionclient.types import KINDS, Balance, Folder

HERE = Path(__file__).parent
FILES = ("accepted.py", "rejected.py", "kinds.py")
MARK = re.compile(r"# E: ([a-z -]+)$")
# Installed packages are found automatically; a checkout has to be named.
ROOTS = sorted(
    {str(Path(str(package.__file__)).parents[1]) for package in (orionclient, orion_api)} - {*site.getsitepackages()}
)

Errors = dict[tuple[str, int], list[str]]


def _run(folder: Path, *command: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if name != "MYPYPATH"}, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def _run_mypy(folder: Path) -> Errors:
    errors = defaultdict(list)
    options = ("--strict", "--config-file=", f"--cache-dir={folder}", "--output=json", "--follow-imports=silent")
    for line in _run(folder, "mypy", *options, *FILES, MYPYPATH=os.pathsep.join(ROOTS)).splitlines():
        error = json.loads(line)
        if error["severity"] == "error":
            errors[error["file"], error["line"]].append(f"{error['code']}: {error['message']}")
    return errors


def _run_pyright(folder: Path) -> Errors:
    errors = defaultdict(list)
    settings = {"include": [*FILES], "extraPaths": ROOTS, "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    output = _run(folder, "pyright", "--outputjson", "-p", ".", "--pythonpath", sys.executable)
    for error in json.loads(output)["generalDiagnostics"]:
        if error["severity"] == "error":
            place = (Path(error["file"]).name, error["range"]["start"]["line"] + 1)
            errors[place].append(f"{error['rule']}: {error['message']}")
    return errors


def _iter_kind_lines() -> Iterator[str]:
    """Iterate over the lines of a module that uses every resource type; those with an error end in `# E`."""
    yield "from typing import Any"
    yield "import orion_api.inputs as inputs"
    yield "from orionclient.session import OrionSession"
    yield "from orionclient.types import *"
    yield "def check(session: OrionSession, value: Any, body: Any) -> None:"
    operations = {
        operation["operationId"]: operation
        for methods in contract.load()["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict)
    }
    for kind in (*KINDS.values(), Balance, Folder):
        name, declaration = kind.__name__, kind.declaration
        yield f"    {name}(session=session, {', '.join(f'{field}=value' for field in kind.fields())})"
        yield f"    {name}(unknown=value)  # E"
        yield f"    session.list_resources({name}, {{'unknown': value}})  # E"
        yield f"    session.create_resource({name}, {{'unknown': value}})  # E"
        yield f"    session.update_resource({name}(), {{'unknown': value}})  # E"
        if documented := re.search(r"Listing takes the filters? (.+?)\.\s", " ".join(f"{kind.__doc__} ".split()) + " "):
            filters = re.findall(r"``(\w+)``", documented.group(1))
            yield f"    session.list_resources({name}, {{{', '.join(f'{filter!r}: value' for filter in filters)}}})"
        for verb, operation in (("create", declaration.create), ("update", declaration.update)):
            if operation is not None:
                content = operations[operation.OPERATION.id]["requestBody"]["content"]["application/json"]
                yield f"    body_{verb}_{name}: inputs.{content['schema']['$ref'].rpartition('/')[2]} = value"
                yield f"    session.{verb}_resource({name}(), body_{verb}_{name})"


@pytest.fixture(scope="module", params=[_run_mypy, _run_pyright], ids=["mypy", "pyright"])
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Errors]:
    """Name of the type checker, and its errors in user code by file and line: a list of `code: message`."""
    # A copy, so that no settings of this project apply.
    folder = tmp_path_factory.mktemp("user")
    for name in ("accepted.py", "rejected.py"):
        shutil.copy(HERE / name, folder)
    (folder / "kinds.py").write_text("\n".join(_iter_kind_lines()))
    check: Callable[[Path], Errors] = request.param
    return check.__name__.removeprefix("_run_"), check(folder)


def test_correct_code_is_accepted(checked: tuple[str, Errors]) -> None:
    unexpected = [f"{file}:{line} {messages}" for (file, line), messages in checked[1].items() if file == "accepted.py"]
    assert not unexpected, "\n".join(unexpected)


def test_every_resource_type_is_checked(checked: tuple[str, Errors]) -> None:
    lines = [*_iter_kind_lines()]
    marked = {line.strip() for line in lines if line.endswith("# E")}
    assert len(marked) == 4 * len({*KINDS, "balance", "folder"})
    assert {lines[line - 1].strip() for file, line in checked[1] if file == "kinds.py"} == marked


def test_the_accepted_types_are_not_any() -> None:
    # Without assert_type calls in the file, the test above would pass trivially.
    assert (HERE / "accepted.py").read_text().count("assert_type(") > 60


def test_every_mistake_is_reported(checked: tuple[str, Errors]) -> None:
    # The marks have the codes of mypy; pyright reports at least one error on each marked line.
    checker, errors = checked
    lines = (HERE / "rejected.py").read_text().splitlines()
    marks = {lineno: MARK.search(line) for lineno, line in enumerate(lines, 1)}
    expected = {lineno: sorted(mark.group(1).split()) for lineno, mark in marks.items() if mark}
    actual = {lineno: messages for (name, lineno), messages in errors.items() if name == "rejected.py"}
    codes = {lineno: sorted(message.partition(":")[0] for message in messages) for lineno, messages in actual.items()}
    differing = [
        f"{lineno}: {lines[lineno - 1].strip()} -> {actual.get(lineno)}"
        for lineno in sorted({*expected, *codes})
        if (
            expected.get(lineno) != codes.get(lineno)
            if checker == "mypy"
            else (lineno in expected) != (lineno in codes)
        )
    ]
    assert not differing, "\n".join(differing)
    assert len(expected) > 40
