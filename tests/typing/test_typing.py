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
from collections.abc import Callable
from pathlib import Path

import orion_api
import pytest

import orionclient

HERE = Path(__file__).parent
FILES = ("accepted.py", "rejected.py")
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
    for error in json.loads(_run(folder, "pyright", "--outputjson", "-p", ".", "--pythonpath", sys.executable))[
        "generalDiagnostics"
    ]:
        if error["severity"] == "error":
            place = (Path(error["file"]).name, error["range"]["start"]["line"] + 1)
            errors[place].append(f"{error['rule']}: {error['message']}")
    return errors


@pytest.fixture(scope="module", params=[_run_mypy, _run_pyright], ids=["mypy", "pyright"])
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Errors]:
    """Name of the type checker, and its errors in user code by file and line: a list of `code: message`."""
    # A copy, so that no settings of this project apply.
    folder = tmp_path_factory.mktemp("user")
    for name in FILES:
        shutil.copy(HERE / name, folder)
    check: Callable[[Path], Errors] = request.param
    return check.__name__.removeprefix("_run_"), check(folder)


def test_correct_code_is_accepted(checked: tuple[str, Errors]) -> None:
    unexpected = [f"{file}:{line} {messages}" for (file, line), messages in checked[1].items() if file != "rejected.py"]
    assert not unexpected, "\n".join(unexpected)


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
