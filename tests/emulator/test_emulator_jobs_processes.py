"""Processes of jobs that left their session end with the job, and no other process does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from emulator_floes import FLOES, JOBS, get, is_alive, log, outcome, reach, server, single, start, until
from test_emulator_jobs_ends import Killed

from orionclient.emulator import Server
from orionclient.emulator._jobs import supervisor

__all__ = ["server", "single"]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the process group ends")
Connect = Callable[..., httpx.Client]

# Starts processes in several ways that leave the session of the job, and prints their ids when all of them run.
DAEMONS = """
import subprocess
SLEEP = ["sleep", "600"]

def daemonize(run):
    readable, writable = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.chdir("/")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(writable, str(os.getpid()).encode())
        os.close(writable)
        os.close(readable)
        run()
        os._exit(0)
    os.close(writable)
    return int(os.read(readable, 100))

def sleep_without_files():
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.execve("/bin/sleep", SLEEP, {})

pids = [
    daemonize(lambda: time.sleep(600)),
    daemonize(sleep_without_files),
    subprocess.Popen(SLEEP, start_new_session=True, env={}).pid,
    subprocess.Popen(["setsid", "nohup", *SLEEP], stdout=subprocess.DEVNULL).pid,
]
print(*pids, flush=True)
"""


def start_daemons(ada: httpx.Client, then: str = "time.sleep(600)") -> tuple[dict[str, Any], list[int]]:
    job = start(ada, DAEMONS + then)
    pids = [int(word) for word in until(lambda: log(ada, job), lambda shown: shown.endswith("\n")).split()]
    assert len(pids) == 4
    return job, pids


def wait_for_end(pids: list[int]) -> None:
    for pid in pids:
        until(lambda pid=pid: is_alive(pid), lambda alive: not alive)


@pytest.mark.parametrize(("then", "result"), [("", "succeeded"), ("sys.exit(3)", "failed")])
def test_daemons_end_when_the_job_ends(ada: httpx.Client, then: str, result: str) -> None:
    job, pids = start_daemons(ada, then)
    done = reach(ada, job)
    assert done["outcome"] == result
    assert result != "failed" or done["reason"] == "the floe exited with code 3"
    # When the job is complete, they are gone already.
    assert [pid for pid in pids if is_alive(pid)] == []


def test_daemons_end_when_the_job_is_cancelled(ada: httpx.Client) -> None:
    job, pids = start_daemons(ada)
    assert all(map(is_alive, pids))
    ada.post(f"{JOBS}{job['id']}/cancel/").raise_for_status()
    assert outcome(reach(ada, job)) == ("complete", "cancelled", "cancelled by ada")
    assert [pid for pid in pids if is_alive(pid)] == []


def test_daemons_end_when_the_server_stops(single: Server, connect: Connect) -> None:
    _, pids = start_daemons(connect(single))
    single.stop()
    assert [pid for pid in pids if is_alive(pid)] == []


def test_daemons_end_when_the_server_is_killed(tmp_path: Path) -> None:
    with Server(tmp_path, seed="demo") as server:
        token = server.issue_token("ada")
    killed = Killed(tmp_path)
    with killed.connect(token) as ada:
        _, pids = start_daemons(ada)
    killed.kill()
    wait_for_end(pids)


def test_other_processes_of_the_user_are_left_alone(single: Server, connect: Connect) -> None:
    """Neither a child of the server, nor a process in the folder of the job with its variables, belongs to the job."""
    ada = connect(single)
    job, pids = start_daemons(ada)
    folder = single.folder / "jobs" / str(job["id"])
    variables = {**os.environ, "ORION_JOB_ID": str(job["id"])}
    with subprocess.Popen(["sleep", "600"], cwd=folder, env=variables, start_new_session=True) as other:
        try:
            ada.post(f"{JOBS}{job['id']}/cancel/").raise_for_status()
            reach(ada, job)
            assert [pid for pid in pids if is_alive(pid)] == []
            assert other.poll() is None
        finally:
            other.kill()


def test_a_signal_that_ends_a_job_is_in_the_reason(ada: httpx.Client) -> None:
    for name in ("SIGKILL", "SIGSEGV"):
        job = reach(ada, start(ada, f"os.kill(os.getpid(), signal.{name})"))
        signum = int(getattr(signal, name))
        assert job["reason"] == f"the floe was killed by signal {signum} ({name})"


def test_a_program_that_cannot_be_executed(tmp_path: Path, connect: Connect) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF, but not really")
    program.chmod(0o755)
    floes = [{**FLOES[0], "argv": [str(program)]}]
    with Server(tmp_path / "stack", seed="demo", floes=floes) as server:
        ada = connect(server)
        job = reach(ada, start(ada))
        assert outcome(job) == ("complete", "failed", f"the floe exited with code {supervisor.NOT_STARTED}")
        assert log(ada, job).startswith("the program could not be started: [Errno 8] Exec format error")


def test_a_job_that_starts_processes_without_end_is_cancelled(ada: httpx.Client) -> None:
    code = """
import subprocess
print("started", flush=True)
while True:
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    time.sleep(0.02)
"""
    job = start(ada, code)
    until(lambda: log(ada, job), str.strip)
    ada.post(f"{JOBS}{job['id']}/cancel/").raise_for_status()
    assert outcome(reach(ada, job)) == ("complete", "cancelled", "cancelled by ada")
    assert get(ada, job)["state"] == "complete"
