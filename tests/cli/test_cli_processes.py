"""`ocli` in separate processes: loaded modules, exit codes, closed pipes and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import COMMAND, environment

from orionclient.local import LocalOrion
from orionclient.types import File, WorkFloeSpec

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LOADED = """
import json, sys, atexit
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from orionclient.cli import main
main(sys.argv[1:])
"""
HEAVY = {
    "httpx",
    "httpx2",
    "httpcore",
    "rich",
    "h11",
    "anyio",
    "ssl",
    "asyncio",
    "attrs",
    "attr",
    "orion_api",
    "orionclient.types",
    "orionclient.session",
    "orionclient._transport.exchange",
    "orionclient.config",
    "orionclient.emulator",
    "orionclient.local",
    "pydantic",
}


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    for _ in range(3):
        File.upload(stack.session(), "name", b"CNS")
    return stack


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["-h"]], ids=" ".join)
def test_help_loads_neither_httpx_nor_rich(words: list[str], own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOADED, *words],
        env=environment(own_home),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stderr)) & HEAVY == set()
    assert list(own_home.iterdir()) == []


@pytest.mark.parametrize("group", ["files", "jobs", "config", "local", "doctor"])
def test_the_help_of_a_group_opens_no_connection_and_writes_no_file(group: str, process: Run, own_home: Path) -> None:
    done = process(group, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(own_home.iterdir()) == []


def test_a_listing_does_not_load_rich(planted: LocalOrion, own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOADED, "files", "list"],
        env=environment(own_home, planted),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {"rich", "pydantic", "orionclient.emulator"} & set(json.loads(done.stderr.splitlines()[-1])) == set()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["files", "list"], 0),
        (["nonsense"], 2),
        (["files", "info", "4711"], 5),
        (["files", "download", "1", "-o", "no/such\0"], 9),
        ([], 0),
        (["files"], 0),
    ],
    ids=["done", "usage", "not found", "local file", "bare ocli", "bare group"],
)
def test_exit_codes(words: list[str], code: int, process: Run, planted: LocalOrion) -> None:
    if "\0" in "".join(words):
        words = [*words[:-1], "/dev/null/file"]
    done = process(*words, on=planted)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_the_first_error_without_configuration_is_three_short_lines(process: Run, own_home: Path) -> None:
    done = process("files", "list")
    assert (done.returncode, done.stdout) == (4, "")
    error, *hints = done.stderr.splitlines()
    assert error.startswith("Error: ORION_URL is not set and there is no profile 'default' in ")
    assert hints == [
        "Hint: to connect to an Orion stack, run: ocli config profile",
        "Hint: to try a local Orion on this machine, run: ocli local start",
    ]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "ids"])
def test_a_closed_pipe_is_quiet(form: str, planted: LocalOrion, own_home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "--format", form, "files", "list"],
        env=environment(own_home, planted),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=300,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_into_a_closed_pipe_is_quiet(own_home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "--help"],
        env=environment(own_home),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=300,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to try")
@pytest.mark.parametrize(
    "words", [["files", "list"], ["files", "download", "1", "-o", "/dev/full"], ["--help"]], ids=" ".join
)
def test_a_full_disk_is_reported(words: list[str], planted: LocalOrion, own_home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *words],
            env=environment(own_home, planted),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=300,
            check=False,
        )
    assert done.returncode == 9, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Error: " in done.stderr


@pytest.mark.usefixtures("real_time")
@pytest.mark.parametrize("what", ["wait", "logs"])
def test_ctrl_c_exits_with_130_and_no_traceback(what: str, planted: LocalOrion, own_home: Path) -> None:
    session = planted.session()
    slow = session.list_resources(WorkFloeSpec, {"title": "slow"}).one()
    job = slow.start("long", seconds=60.0, steps=600)
    words = ["jobs", "wait", str(job.id)] if what == "wait" else ["jobs", "logs", str(job.id), "--follow"]
    process = subprocess.Popen(
        [*COMMAND, *words],
        env=environment(own_home, planted),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # The command polls; after the second request it is certainly running.
    _until(lambda: len([each for each in planted.faults.requests("get_job") if f"/{job.id}/" in each.path]) >= 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    job.cancel()
    assert (process.returncode, err) == (130, ""), err
    assert what == "logs" or out == ""


def _until(good: Callable[[], bool]) -> None:
    import time

    end = time.monotonic() + 120
    while not good():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_ctrl_c_in_an_upload_of_many(planted: LocalOrion, own_home: Path, tmp_path: Path) -> None:
    for index in range(8):
        (tmp_path / f"{index}.bin").write_bytes(b"x" * 1000)
    planted.faults.clear()
    planted.faults.script("upload_file_content", [{"step": "stall", "seconds": 60}] * 8)
    try:
        process = subprocess.Popen(
            [*COMMAND, "--timeout", "2", "files", "upload", *(f"{index}.bin" for index in range(8))],
            env=environment(own_home, planted),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _until(lambda: len(planted.faults.requests("upload_file_content")) >= 2)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _until(lambda: (process.send_signal(signal.SIGINT), process.poll() is not None)[1])
        _, err = process.communicate(timeout=120)
    finally:
        planted.faults.clear()
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_pipe_gets_the_full_output(process: Run, planted: LocalOrion) -> None:
    name = "long name " * 25
    file = File.upload(planted.session(), name, b"CNS")
    done = process("files", "list", "--name", "long name", on=planted, more={"COLUMNS": "40"})
    assert name.strip() in done.stdout
    planted.session().delete_resource(file, immediate=True)


def test_warnings_are_one_line(process: Run, planted: LocalOrion, own_home: Path) -> None:
    config = planted.config()
    folder = own_home / ".orion"
    folder.mkdir()
    (folder / "config").write_text(f"[default]\nurl = {config.url}\ntoken = {config.token}\n")
    (folder / "config").chmod(0o644)
    done = process("files", "list", "-q")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Warning: ")
    assert done.stderr.count("\n") == 1
