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
from orionclient.local import LocalOrion
from orionclient.types import File

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
    status = call("local", "status")
    assert (status.exit_code, status.stdout) == (3, f"No local Orion is running in {folder}\n")
    status = call("--json", "local", "status")
    assert (status.exit_code, json.loads(status.stdout)) == (3, {"running": False, "folder": str(folder)})
    assert status.stderr == ""
    assert call("local", "seed").exit_code == 5
    assert "/my data'" in call("local", "seed", "--folder", "my data").stderr
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
    assert call("--profile", "local", "files", "info", "1").exit_code == 5
    assert shaped(call, "faults")["consumed"]
    assert shaped(call, "faults", "--clear")["scripts"] == []
    assert call("local", "faults", "--load", '{"operation": "nix", "steps": [1]}').exit_code == 6

    assert not shaped(call, "stop")["running"]
    assert call("--profile", "local", "files", "list").exit_code == 7
    assert call("local", "stop").stdout == "No local Orion is running\n"
    shaped(call, "start", "--cpus", "3", "--memory-mb", "400")
    listed = call("--profile", "local", "datasets", "list", "-q")
    assert listed.stdout == f"{made['dataset']}\n"

    assert call("local", "reset").exit_code == 2
    assert call("local", "reset", "--dry-run").stdout == f"Would remove {folder / 'data'}\n"
    assert shaped(call, "reset", "--yes")["running"]
    assert call("--profile", "local", "datasets", "list", "-q").stdout == ""
    # The options of the start are those of the restart.
    asked = '{"echo": {"cpu_count": 4, "memory_mb": 401}}'
    rejected = call("--profile", "local", "jobs", "start", "echo", "large", "--cube", asked)
    assert rejected.exit_code == 6
    assert "asks for 4 CPUs (cpu_count), and " in rejected.stderr
    assert " has 400." in rejected.stderr


def test_the_profile_is_that_of_the_running_one(call: Call, tmp_path: Path, own_home: Path, stopped: None) -> None:
    started = shaped(call, "start")
    CANARIES.add(read_profiles()["local"]["token"])
    # Another local Orion that does not run is reset.
    assert not shaped(call, "reset", "--yes", "--folder", str(tmp_path / "other"))["running"]
    assert read_profiles()["local"]["url"] == started["url"]
    assert call("config", "remove", "local", "--yes").exit_code == 0
    assert "is already running" in call("local", "start").stdout
    assert read_profiles()["local"]["url"] == started["url"]
    assert call("--profile", "local", "files", "list").exit_code == 0
    assert call("local", "stop").exit_code == 0
    assert not shaped(call, "reset", "--yes")["running"]
    assert "local" not in read_profiles()


def test_a_failed_start_prints_the_reason(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "local"
    folder.mkdir()
    (folder / "data").write_text("a file where a folder belongs")
    done = call("local", "start", "--folder", str(folder))
    assert done.exit_code == 9
    assert f"cannot use {folder / 'data'}: File exists" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "running.json").exists()


def test_a_start_with_another_seed_prints_the_reason(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "local"
    with LocalOrion(folder / "data"):
        pass
    done = call("local", "start", "--folder", str(folder))
    assert done.exit_code == 1
    assert "the local Orion did not start: this stack was seeded with None" in done.stderr


def test_a_damaged_folder_is_left_unchanged_until_it_is_reset(call: Call, tmp_path: Path, stopped: None) -> None:
    folder = tmp_path / "local"
    with LocalOrion(folder / "data", seed="demo") as orion:
        File.upload(orion.session(), "precious", b"content")
    (folder / "data" / "orion.sqlite").write_bytes(b"not a database" * 1000)
    before = {path: path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()}
    done = call("local", "start", "--folder", str(folder))
    assert done.exit_code == 9
    error, *hints = done.stderr.replace("\n  ", " ").splitlines()
    assert error == (
        f"Error: {folder / 'data' / 'orion.sqlite'} of the local Orion is damaged (file is not a database); nothing in "
        f"{folder / 'data'} was deleted or overwritten: restore orion.sqlite from a backup, or use another folder"
    )
    assert hints == ["Hint: start an empty one with: ocli local start --folder FOLDER"]
    assert before == {path: path.read_bytes() for path in before}
    assert sorted(path.name for path in folder.iterdir()) == ["data", "log"]
    assert call("local", "reset", "--yes", "--folder", str(folder)).exit_code == 0
    assert not (folder / "data").exists()


def test_other_folders_are_not_removed(call: Call, tmp_path: Path) -> None:
    data = tmp_path / "local" / "data"
    data.mkdir(parents=True)
    (data / "precious").write_text("x")
    done = call("local", "reset", "--yes", "--folder", str(tmp_path / "local"))
    assert done.exit_code == 6
    assert (data / "precious").exists()
