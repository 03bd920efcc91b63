"""Fixtures of the command line tests: one local Orion per module, and calls in this process and in separate ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orion_api
import pytest
from click.testing import CliRunner, Result

import orionclient
from orionclient.cli._core.root import ocli
from orionclient.local import LocalOrion

ROOTS = sorted({str(Path(str(package.__file__)).parents[1]) for package in (orionclient, orion_api)})
Call = Callable[..., Result]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion with the demo seed for all tests of a module."""
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as running:
        yield running


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Return a function that calls `ocli` in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def invoke(*arguments: str, on: LocalOrion | None = None, **settings: Any) -> Result:
        for name, value in (on.environ if on is not None else {}).items():
            monkeypatch.setenv(name, value)
        # The program name as a user types it.
        found = CliRunner().invoke(ocli, list(arguments), prog_name="ocli", **settings)
        assert "Traceback" not in found.output
        return found

    return invoke


def environment(home: Path, orion: LocalOrion | None = None, **more: str) -> dict[str, str]:
    """Return the environment of a process that knows only the packages under test."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "PYTHON", "COV_"))}
    own = orion.environ if orion is not None else {}
    return {**inherited, "HOME": str(home), "PYTHONPATH": os.pathsep.join(ROOTS), "NO_COLOR": "1", **own, **more}


COMMAND = [sys.executable, "-W", "error", "-m", "orionclient.cli"]


@pytest.fixture
def process(own_home: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `ocli` in a separate process."""

    def run(*arguments: str, on: LocalOrion | None = None, **settings: Any) -> subprocess.CompletedProcess[str]:
        more = settings.pop("more", {})
        return subprocess.run(
            [*COMMAND, *arguments],
            env=environment(own_home, on, **more),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            **settings,
        )

    return run
