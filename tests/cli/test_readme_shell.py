"""The shell commands of the README and the guide work, from top to bottom."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from cli.conftest import environment
from helpers.canary import CANARIES

from orionclient.config import read_profiles

ROOT = Path(__file__).parents[2]
Shell = Callable[..., str]


@pytest.fixture
def shell(tmp_path: Path, own_home: Path) -> Iterator[Shell]:
    """Runs a line in a shell that finds `ocli`; returns its output and stops the local Orion at the end."""
    program = tmp_path / "bin" / "ocli"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m orionclient.cli "$@"\n')
    program.chmod(0o755)
    env = environment(own_home)
    env["PATH"] = f"{program.parent}:{env['PATH']}"

    def run(line: str, *, terminal: bool = False) -> str:
        if terminal:
            output, status = pexpect.run(
                line, timeout=300, withexitstatus=True, encoding="utf-8", env=env, cwd=tmp_path, dimensions=(40, 100)
            )
            assert status == 0, output
            return str(output)
        done = subprocess.run(
            ["/bin/sh", "-c", line], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), line
        assert done.stdout, line
        if line == "ocli local start":
            CANARIES.add(read_profiles()["local"]["token"])
        return done.stdout

    yield run
    subprocess.run([program, "local", "stop"], env=env, capture_output=True, timeout=300, check=False)


@pytest.mark.usefixtures("real_time")
def test_the_commands_of_the_guide_run(shell: Shell, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    section = re.search(r"^## Command line$(.*?)(?:^## |\Z)", guide, re.DOTALL | re.MULTILINE)
    assert section
    lines = re.findall(r"^    (ocli .*)$", section[1], re.MULTILINE)
    assert len(lines) >= 8
    for line in lines:
        shell(line)
    assert len((tmp_path / "drugs.csv").read_text().splitlines()) == 25
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["frame 1", "frame 2", "frame 3"]


def normalize(output: str) -> list[list[str]]:
    """Split lines into words, and replace what differs in each run: ports, times, and the widths of columns."""
    output = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", output)
    output = re.sub(r"\b\d+[smhd] ago|just now|\bnow\b", "TIME", output)
    return [re.sub(r"-{2,}", "--", line).split() for line in output.splitlines()]


@pytest.mark.usefixtures("real_time")
def test_the_terminal_listing_of_the_readme_is_what_ocli_prints(shell: Shell, tmp_path: Path) -> None:
    listings = re.findall(r"^```console\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    steps = [
        step.partition("\n") for listing in listings for step in re.split(r"^\$ ", listing, flags=re.MULTILINE)[1:]
    ]
    assert len(steps) >= 4
    for command, _, output in steps:
        # Tables differ between terminals and pipes, and the README shows a terminal.
        assert normalize(shell(command, terminal=command.endswith(" list"))) == normalize(output), command
    assert (tmp_path / "drugs.sdf").read_text().count("$$$$") == 24
