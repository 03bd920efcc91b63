"""Test the type annotations with mypy: correct user code is accepted, mistakes are reported."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import orion_api
import pytest

import orionclient

HERE = Path(__file__).parent
MARK = re.compile(r"# E: ([a-z -]+)$")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], list[str]]:
    """Errors of mypy with its default lookup of packages, by file and line: a list of `code: message`."""
    folder = tmp_path_factory.mktemp("mypy")
    roots = {Path(str(package.__file__)).parents[1] for package in (orionclient, orion_api)}
    # Installed packages are found automatically; a checkout needs MYPYPATH.
    roots -= {Path(folder) for folder in site.getsitepackages()}
    env = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
    if roots:
        env["MYPYPATH"] = os.pathsep.join(map(str, sorted(roots)))
    options = ["--strict", "--config-file=", f"--cache-dir={folder}", "--output=json", "--follow-imports=silent"]
    files = [str(HERE / "accepted.py"), str(HERE / "rejected.py")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *files],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    errors = defaultdict(list)
    for error in map(json.loads, done.stdout.splitlines()):
        if error["severity"] == "error":
            errors[Path(error["file"]).name, error["line"]].append(f"{error['code']}: {error['message']}")
    return errors


def test_correct_code_is_accepted(found: dict[tuple[str, int], list[str]]) -> None:
    unexpected = [f"{file}:{line} {messages}" for (file, line), messages in found.items() if file != "rejected.py"]
    assert not unexpected, "\n".join(unexpected)


def test_the_accepted_types_are_not_any() -> None:
    # Without assert_type calls in the file, the test above would pass trivially.
    assert (HERE / "accepted.py").read_text().count("assert_type(") > 60


def test_every_mistake_is_reported_with_its_code(found: dict[tuple[str, int], list[str]]) -> None:
    lines = (HERE / "rejected.py").read_text().splitlines()
    marks = {lineno: MARK.search(line) for lineno, line in enumerate(lines, 1)}
    expected = {lineno: sorted(mark.group(1).split()) for lineno, mark in marks.items() if mark}
    actual = {lineno: messages for (name, lineno), messages in found.items() if name == "rejected.py"}
    codes = {lineno: sorted(message.partition(":")[0] for message in messages) for lineno, messages in actual.items()}
    differing = [
        f"{lineno}: {lines[lineno - 1].strip()} -> {actual.get(lineno)}"
        for lineno in sorted({*expected, *codes})
        if expected.get(lineno) != codes.get(lineno)
    ]
    assert not differing, "\n".join(differing)
    assert len(expected) > 40
