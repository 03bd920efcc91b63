"""Test that a new resource type needs one contract file, one client file, one handler file and a registry entry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW = Path(__file__).parent / "new_kind"
ADDED = {"openapi/protocols.yaml", "orionclient/types/protocols.py", "orionclient/emulator/handlers/protocols.py"}
REGISTRY = "orionclient/types/__init__.py"
# The registry entry, and the name for type checkers; each follows the line with the mark.
LINES = {
    "    from orionclient.types.projects import Project as Project\n": "    from orionclient.types.protocols import Protocol as Protocol\n",
    '        "project": "projects:Project",\n': '        "protocol": "protocols:Protocol",\n',
}
COPIED = ("openapi", "generator", "generated", "orionclient", "pyproject.toml")


def contents(folder: Path) -> dict[str, bytes]:
    """Map the paths of all copied files to their content."""
    found: Iterator[Path] = (path for name in COPIED for path in [folder / name, *(folder / name).rglob("*")])
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy of the project with the new resource type."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, tmp_path)
    for name in ADDED:
        shutil.copy(NEW / name, tmp_path / name)
    registry = tmp_path / REGISTRY
    text = registry.read_text("utf-8")
    for mark, line in LINES.items():
        assert mark in text
        text = text.replace(mark, mark + line)
    registry.write_text(text, "utf-8")
    return tmp_path


def test_a_new_resource_type_is_three_files_and_a_registry_entry(run: Any, project: Path) -> None:
    before = contents(ROOT)
    for command in ("generate", "check"):
        done = run("-m", "generator", command, cwd=project, PYTHONPATH="")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(project), str(project / "generated")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-W", "error", NEW / "job.py", project]
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr

    after = contents(project)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert {name for name in changed if not name.startswith("generated/")} == {*ADDED, REGISTRY}
    added = {*after[REGISTRY].decode().splitlines()} - {*before[REGISTRY].decode().splitlines()}
    assert added == {line.rstrip("\n") for line in LINES.values()}
    # The operations of other resource types are unchanged.
    assert all("protocol" in name for name in changed if name.startswith("generated/orion_api/api/"))
