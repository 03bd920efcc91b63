"""`ocli local`: a persistent local Orion in its own process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import COMMAND, Call, environment
from helpers.canary import CANARIES

from orionclient.cli._commands.local import group
from orionclient.cli._core.reference import iter_commands, make_schema
from orionclient.config import read_profiles

pytestmark = pytest.mark.usefixtures("real_time")


@pytest.fixture
def stopped(own_home: Path, tmp_path: Path) -> Iterator[None]:
    """Stop every local Orion that a test has started."""
    yield
    subprocess.run(
        [*COMMAND, "local", "stop"], env=environment(own_home), capture_output=True, timeout=300, check=False
    )
    assert not (own_home / ".orion" / "local" / "running.json").exists()


def shaped(run: Call, *words: str) -> dict[str, object]:
    """Run a command with --json and check the shape of its output."""
    import jsonschema

    done = run("--json", "local", *words)
    assert done.exit_code == 0, done.output
    document: dict[str, object] = json.loads(done.stdout)
    shape = next(command.shape for path, command in iter_commands(group("local")) if path == f"ocli {words[0]}")  # type: ignore[attr-defined]
    jsonschema.Draft202012Validator(make_schema(shape)).validate(document)
    return document


def test_the_life_cycle_of_a_local_orion(call: Call, own_home: Path, stopped: None) -> None:
    folder = own_home / ".orion" / "local"
    assert call("local", "status").stdout == f"No local Orion is running in {folder}\n"
    assert call("local", "seed").exit_code == 5
    started = shaped(call, "start")
    assert started["running"]
    profile = read_profiles()["local"]
    CANARIES.add(profile["token"])
    assert profile["url"] == started["url"]
    assert (own_home / ".orion" / "config").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "running.json").stat().st_mode & 0o777 == 0o600

    again = call("local", "start")
    assert f"is already running at {started['url']}" in again.stdout
    assert shaped(call, "status")["pid"] == started["pid"]
    made = shaped(call, "seed")
    listed = call("--profile", "local", "datasets", "list", "--json")
    assert [(each["id"], each["count"]) for each in json.loads(listed.stdout)] == [(made["dataset"], 24)]

    report = shaped(call, "faults", "--load", '{"operation": "get_file", "steps": [404, 404, 404]}')
    assert not report["consumed"]
    assert call("--profile", "local", "files", "show", "1").exit_code == 5
    assert shaped(call, "faults")["consumed"]
    assert shaped(call, "faults", "--clear")["scripts"] == []
    assert call("local", "faults", "--load", '{"operation": "nix", "steps": [1]}').exit_code == 6

    assert not shaped(call, "stop")["running"]
    assert call("--profile", "local", "files", "list").exit_code == 7
    assert call("local", "stop").stdout == "No local Orion is running\n"
    shaped(call, "start")
    listed = call("--profile", "local", "datasets", "list", "-q")
    assert listed.stdout == f"{made['dataset']}\n"

    assert call("local", "reset").exit_code == 2
    assert call("local", "reset", "--dry-run").stdout == f"Would remove {folder / 'data'}\n"
    assert shaped(call, "reset", "--yes")["running"]
    assert call("--profile", "local", "datasets", "list", "-q").stdout == ""


def test_a_failed_start_prints_the_reason(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "local"
    folder.mkdir()
    (folder / "data").write_text("a file where a folder belongs")
    done = call("local", "start", "--folder", str(folder))
    assert done.exit_code == 1
    assert "did not start" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_folders_are_not_removed(call: Call, tmp_path: Path) -> None:
    data = tmp_path / "local" / "data"
    data.mkdir(parents=True)
    (data / "precious").write_text("x")
    done = call("local", "reset", "--yes", "--folder", str(tmp_path / "local"))
    assert done.exit_code == 6
    assert (data / "precious").exists()
