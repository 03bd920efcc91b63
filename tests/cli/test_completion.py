"""Shell completion: scripts for three shells, live ids, and no output after half a second or without a server."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.conftest import Call, environment

from orionclient.cli._core import parameter_types
from orionclient.local import LocalOrion
from orionclient.types import File, Shard, ShardCollection, WorkFloeJob, WorkFloeSpec


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    session = stack.session()
    for name in ("one", "two\x1b[2J"):
        File.upload(session, name, b"CNS")
    Shard.create(ShardCollection.create(session, "frames"), "frame")
    return stack


# The timeout of half a second is too short for a busy machine.
LONG_TIMEOUT = """
import sys
from orionclient.cli import main
from orionclient.cli._core import parameter_types
parameter_types._SECONDS = 120.0
parameter_types.complete_within.__defaults__ = (120.0,)
main(sys.argv[1:])
"""


def complete(home: Path, line: str, orion: LocalOrion | None = None, **more: str) -> list[str]:
    words = line.split(" ")
    env = environment(home, orion, _OCLI_COMPLETE="fish_complete", COMP_WORDS=line, COMP_CWORD=words[-1], **more)
    command = [sys.executable, "-W", "error", "-c", LONG_TIMEOUT]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_valid_for_its_shell(shell: str, call: Call, tmp_path: Path) -> None:
    done = call("completion", shell)
    assert done.exit_code == 0, done.output
    assert "_OCLI_COMPLETE" in done.stdout
    if program := shutil.which(shell):
        (tmp_path / "script").write_text(done.stdout)
        checked = subprocess.run(
            [program, "-n", str(tmp_path / "script")], capture_output=True, text=True, timeout=300, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, "")


def test_groups_commands_and_options(own_home: Path) -> None:
    assert any("files" in line for line in complete(own_home, "ocli fi"))
    assert any("upload" in line for line in complete(own_home, "ocli files up"))
    assert any("--immediate" in line for line in complete(own_home, "ocli files delete --im"))


def test_live_ids(own_home: Path, planted: LocalOrion) -> None:
    found = complete(own_home, "ocli files info ", planted)
    assert any("1" in line and "one" in line for line in found), found
    assert "\x1b" not in "".join(found)
    assert any("frame" in line for line in complete(own_home, "ocli collections info-shard 1 ", planted))
    assert complete(own_home, "ocli files info 9", planted) == []


def test_no_output_without_a_server(own_home: Path) -> None:
    assert complete(own_home, "ocli files info ") == []
    assert complete(own_home, "ocli files info ", ORION_URL="http://127.0.0.1:9", ORION_TOKEN="x") == []


def test_completion_does_not_wait_for_a_slow_server(real_time: None) -> None:
    release = threading.Event()

    def slow() -> list[str]:
        release.wait(120)
        return ["late"]

    began = time.monotonic()
    assert parameter_types.complete_within(slow, 0.05) == []
    assert time.monotonic() - began < 60
    release.set()


def test_profiles(own_home: Path, call: Call, process: Callable[..., object]) -> None:
    folder = own_home / ".orion"
    folder.mkdir(mode=0o700)
    (folder / "config").write_text("[work]\nurl = https://orion.example.com\n")
    (folder / "config").chmod(0o600)
    assert any("work" in line for line in complete(own_home, "ocli --profile w"))
    assert any("work" in line for line in complete(own_home, "ocli config use "))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    with LocalOrion(tmp_path_factory.mktemp("running"), seed="demo", durable=False) as orion:
        session = orion.session()
        spec = session.list_resources(WorkFloeSpec, {"name": "echo"}).one()
        job = WorkFloeJob.start(session, spec, "tagged", {"promoted": {"text": "CNS"}})
        session.tag_resource(job, "keep", "\x1b[2Jodd")
        session.tag_resource(File.upload(session, "tagged", b"x"), "actives")
        Shard.create(ShardCollection.create(session, "frames"), "frame")
        yield orion


def test_local_paths(own_home: Path) -> None:
    for line in (
        "ocli files upload dr",
        "ocli datasets download 1 -o dr",
        "ocli packages upload dr",
        "ocli files upload -- dr",
    ):
        assert complete(own_home, line) == ["file,dr"], line


def test_floes(own_home: Path, running: LocalOrion) -> None:
    (found,) = complete(own_home, "ocli jobs start ec", running)
    assert found.startswith("plain,echo"), found
    assert any("ETL" in line for line in complete(own_home, "ocli jobs start ETL", running))
    assert complete(own_home, "ocli jobs start no-such", running) == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["jobs", "start", "Dat"], ["Dataset\\ to\\ collection"]),
        (["jobs", "start", "'Dat"], ["Dataset to collection"]),
        (["files", "list", "--tag", "a"], ["actives"]),
        (["files", "list", "--tag", "=", "a"], ["actives"]),
        (["files", "list", "--columns", "id,nam"], ["id,name"]),
        (["files", "list", "--tag", "C"], [r"C:\\\[N\],\*"]),
        # As bash splits the words.
        (["files", "list", "tag_m"], ["tag_match="]),
        (["files", "list", "tags", "=", "a"], ["actives"]),
        (["files", "list", "deleted", "="], ["true", "false"]),
        (["files", "list", "limit", "=", "5", "deleted", "=", "t"], ["true"]),
        (["jobs", "list", "states", "=", "queued,ru"], ["queued,running"]),
        (["shards", "info", "collection", ":", "//1", ""], ["1"]),
        (["jobs", "list", "--limit", "=", "5", "order_by", "=", "-cr"], ["-created"]),
        (["api", "get_file", "-p", "file_id", "=", "1", "--bo"], ["--body"]),
    ],
)
def test_bash_inserts_whole_values(
    words: list[str], expected: list[str], own_home: Path, running: LocalOrion, call: Call, tmp_path: Path
) -> None:
    if expected[0].startswith("C"):
        running.session().tag_resource(File(id=1), "C:\\[N],*")
    (tmp_path / "script").write_text(call("completion", "bash").stdout)
    (tmp_path / "ocli").write_text(f"#!{sys.executable}\n{LONG_TIMEOUT}")
    (tmp_path / "ocli").chmod(0o755)
    shown = """
        source ./script
        words=(ocli "$@"); COMP_WORDS=("${words[@]}"); COMP_CWORD=$(($# ))
        _ocli_completion ./ocli
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", shown, "bash", *words],
        env=environment(own_home, running),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")


def test_fish_splits_a_value_only_once(call: Call) -> None:
    assert 'string split --max 1 ","' in call("completion", "fish").stdout


def test_promoted_parameters(own_home: Path, running: LocalOrion) -> None:
    found = complete(own_home, "ocli jobs start echo name --", running)
    assert any("--text" in line for line in found), found
    assert any("--number" in line for line in found), found
    assert not any(
        "--text" in line for line in complete(own_home, "ocli jobs start echo name --text CNS --nu", running)
    )
    assert any("1" in line for line in complete(own_home, "ocli jobs start echo name --project ", running))
    assert complete(own_home, "ocli jobs start no-such name --te", running) == []


def test_states_and_tags(own_home: Path, running: LocalOrion) -> None:
    assert complete(own_home, "ocli jobs list --state ") == ["plain,queued", "plain,running", "plain,complete"]
    assert complete(own_home, "ocli workfloes list --state dep") == ["plain,deprecated"]
    assert "plain,keep" in complete(own_home, "ocli jobs list --tag ", running)
    assert "plain,actives" not in complete(own_home, "ocli jobs list --tag ", running)
    assert "plain,actives" in complete(own_home, "ocli files list --tag a", running)
    found = complete(own_home, "ocli jobs untag 1 ", running)
    assert "\x1b" not in "".join(found)
    assert complete(own_home, "ocli tags remove file 999 ", running) == []
