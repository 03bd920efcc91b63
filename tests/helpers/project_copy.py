"""A copy of the project that a test changes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OMITTED = (".git", ".venv", ".nox", ".hypothesis", "__pycache__", "*_cache", "dist", "build")


class ProjectCopy:
    """A copy of the project.

    Args:
        folder: The directory to create, not in the `tmp_path` of the test: the canary searches that for tokens, and some tests contain one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*OMITTED))
        self._before = read_all(folder)

    def changed(self) -> set[str]:
        """List the files that differ from the project, without generated code."""
        after = read_all(self.folder)
        names = {name for name in {*self._before, *after} if self._before.get(name) != after.get(name)}
        return {name for name in names if not name.startswith("generated/")}

    def insert(self, path: str, before: str, *lines: str) -> None:
        """Insert lines before the only line that begins with a string."""
        file = self.folder / path
        content = file.read_bytes().decode()
        assert len(re.findall(f"^{re.escape(before)}", content, re.MULTILINE)) == 1, (path, before)
        added = "".join(f"{line}\n" for line in lines)
        file.write_bytes(
            re.sub(f"^{re.escape(before)}", lambda found: added + found[0], content, flags=re.MULTILINE).encode()
        )

    def python(self, *arguments: object) -> str:
        """Run Python with the modules of the copy; return its output."""
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(self.folder), str(self.folder / "generated")])}
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()[-5000:] + done.stderr.decode()
        return done.stdout.decode()


def read_all(*folders: Path) -> dict[str, bytes]:
    """Map the paths of all files in folders to their content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache"} & {*path.parts}
    }


def list_recipe_files(title: str) -> set[str]:
    """List the files that a recipe of CONTRIBUTING.md names, without generated code."""
    section = (ROOT / "CONTRIBUTING.md").read_bytes().decode().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    steps = "\n".join(re.findall(r"^(?:\d\.|   ) .*", section, re.MULTILINE))
    return set(re.findall(r"`([\w/<>.]+\.(?:py|yaml))`", steps))
