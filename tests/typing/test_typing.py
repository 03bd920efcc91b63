"""What a type checker tells the users of this package: their good code passes, their slips are named."""

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
    """What mypy says about each line, as a user's own run of it would: (file, line) -> codes with their texts."""
    place = tmp_path_factory.mktemp("mypy")
    roots = {Path(str(package.__file__)).parents[1] for package in (orionclient, orion_api)}
    # An installed package is found by its py.typed; a checkout needs a path.
    roots -= {Path(folder) for folder in site.getsitepackages()}
    env = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
    if roots:
        env["MYPYPATH"] = os.pathsep.join(map(str, sorted(roots)))
    options = ["--strict", "--config-file=", f"--cache-dir={place}", "--output=json", "--follow-imports=silent"]
    files = [str(HERE / "accepted.py"), str(HERE / "rejected.py")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *files],
        cwd=place,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    response = defaultdict(list)
    for error in map(json.loads, done.stdout.splitlines()):
        if error["severity"] == "error":
            response[Path(error["file"]).name, error["line"]].append(f"{error['code']}: {error['message']}")
    return response


def test_good_code_is_accepted(found: dict[tuple[str, int], list[str]]) -> None:
    wrong = [f"{file}:{line} {texts}" for (file, line), texts in found.items() if file != "rejected.py"]
    assert not wrong, "\n".join(wrong)


def test_the_accepted_types_are_not_any() -> None:
    # The assertions above would hold for nothing if mypy did not look into the functions.
    assert (HERE / "accepted.py").read_text().count("assert_type(") > 60


def test_every_slip_is_rejected_for_its_own_reason(found: dict[tuple[str, int], list[str]]) -> None:
    lines = (HERE / "rejected.py").read_text().splitlines()
    marks = {number: MARK.search(line) for number, line in enumerate(lines, 1)}
    expected = {number: sorted(mark.group(1).split()) for number, mark in marks.items() if mark}
    actual = {number: texts for (name, number), texts in found.items() if name == "rejected.py"}
    codes = {number: sorted(text.partition(":")[0] for text in texts) for number, texts in actual.items()}
    differing = [
        f"{number}: {lines[number - 1].strip()} -> {actual.get(number)}"
        for number in sorted({*expected, *codes})
        if expected.get(number) != codes.get(number)
    ]
    assert not differing, "\n".join(differing)
    assert len(expected) > 40
