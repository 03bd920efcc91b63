"""The recipe "Add a fault" of CONTRIBUTING.md works: two places, and the local Orion injects the fault."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import urllib.request

import orionclient
from orionclient.emulator.faults import repeat_body
from orionclient.local import LocalOrion

with LocalOrion(seed="demo") as orion:
    orion.faults.script("get_current_user", [repeat_body(times=3), {"step": "repeat_body"}, "pass"])
    request = urllib.request.Request(f"{orion.url}/api/v1/users/me/", headers={"Authorization": f"Token {orion.token}"})
    bodies = [urllib.request.urlopen(request).read() for _ in range(3)]
    assert bodies == [bodies[2] * 3, bodies[2] * 2, bodies[2]], bodies
    orion.faults.assert_consumed()
    try:
        repeat_body(times=0)
    except ValueError as error:
        print(orionclient.__file__, error)
"""


@pytest.fixture
def tree(tmp_path):
    """Copy the tree, and play the recipe in the copy."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for name in ("orionclient", "generated", "docs", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    yield tmp_path
    # The canary searches the folder of the test for tokens, and the tests contain some.
    shutil.rmtree(tmp_path / "tests")


def play_recipe(tree, places=("python", "markdown")):
    section = (ROOT / "CONTRIBUTING.md").read_bytes().decode().partition("## Add a fault\n")[2].partition("\n## ")[0]
    blocks = {
        language: textwrap.dedent(code) for language, code in re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)
    }
    assert set(blocks) == {"python", "markdown"}
    if "python" in places:
        with (tree / "orionclient/emulator/faults/__init__.py").open("a") as file:
            file.write(f"\n\n{blocks['python'].rstrip()}\n")
    if "markdown" in places:
        page = tree / "docs/faults.md"
        before, strip, after = page.read_bytes().decode().partition("\n| `strip(")
        page.write_bytes(f"{before}\n{blocks['markdown'].strip()}{strip}{after}".encode())


def run(tree, *arguments):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree), str(tree / "generated")])}
    return subprocess.run(
        [sys.executable, *arguments], cwd=tree, env=env, capture_output=True, encoding="utf-8", timeout=600, check=False
    )


def run_tests(tree, selected):
    file = "tests/emulator/test_emulator_faults.py"
    return run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", file, "-k", selected)


def test_a_new_fault_is_two_places(tree):
    play_recipe(tree)
    done = run(tree, "-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tree}/orionclient/__init__.py times of step repeat_body must be from 1 to 1000000, not 0\n"
    done = run_tests(tree, "fault_is_documented or (documented_example and repeat_body)")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.parametrize("place", ["python", "markdown"])
def test_one_place_is_not_enough(tree, place):
    play_recipe(tree, [place])
    done = run_tests(tree, "fault_is_documented")
    assert done.returncode == 1, done.stdout
    assert "test_every_fault_is_documented_with_its_parameters" in done.stdout
    assert "repeat_body" in done.stdout
