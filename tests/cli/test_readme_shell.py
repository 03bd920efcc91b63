"""The shell commands of the README work, from top to bottom."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.conftest import environment
from helpers.canary import CANARIES

from orionclient.config import read_profiles

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.usefixtures("real_time")
def test_the_section_of_the_shell_runs(tmp_path: Path, own_home: Path) -> None:
    section = re.search(r"^## From the shell$(.*?)^## ", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert section
    lines = re.findall(r"^    (ocli .*)$", section[1], re.MULTILINE)
    assert len(lines) >= 8
    program = tmp_path / "bin" / "ocli"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m orionclient.cli "$@"\n')
    program.chmod(0o755)
    env = environment(own_home)
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    try:
        for line in lines:
            done = subprocess.run(
                ["/bin/sh", "-c", line], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
            )
            assert (done.returncode, done.stderr) == (0, ""), line
            assert done.stdout, line
            if line == "ocli emulator start":
                CANARIES.add(read_profiles()["local"]["token"])
    finally:
        subprocess.run([program, "emulator", "stop"], env=env, capture_output=True, timeout=300, check=False)
    assert len((tmp_path / "drugs.csv").read_text().splitlines()) == 25
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["frame 1", "frame 2", "frame 3"]
