"""Tests of running jobs: queue order, concurrency limit, progress, logs, cost and failure reasons."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from emulator_floes import (
    ARGV,
    FLOES,
    JOBS,
    floe,
    get,
    idle,
    is_alive,
    log,
    outcome,
    reach,
    server,
    single,
    start,
    until,
)

from orionclient.emulator import Server
from orionclient.emulator._jobs import jobs as engine

__all__ = ["idle", "server", "single"]


# ---------------------------------------------------------------- the life of a job


def test_a_job_from_the_queue_to_the_end(idle, connect):
    ada = connect(idle)
    made = start(ada, "print('hello')", name="first", system_parameters={"spot": True})
    assert made == {
        "id": 1,
        "name": "first",
        "state": "queued",
        "reason": "",
        "outcome": None,
        "progress": 0.0,
        "workfloe": 1,
        "parameters": {"promoted": {"code": "print('hello')"}},
        "system_parameters": {"spot": True},
        "hardware": {
            "cpu_count": 1,
            "memory_mb": 1800,
            "disk_space": 5120,
            "gpu_count": 0,
            "instance_type": "",
            "instance_tags": "",
            "max_backlog_wait": 600,
            "spot_policy": "Prohibited",
        },
        "created": made["created"],
        "started": None,
        "finished": None,
        "run_time": 0.0,
        "cost": "0.0000",
        "currency": "USD",
        "owner": 1,
        "project": 1,
    }
    assert get(ada, 1) == made
    assert log(ada, made) == ""
    idle.stop()
    with Server(idle.folder, floes=FLOES) as server:
        done = reach(ada := connect(server), made)
        assert outcome(done) == ("complete", "succeeded", "")
        assert done["progress"] == 1.0
        assert done["created"] < done["started"] < done["finished"]
        assert 0 < done["run_time"] < 30
        changing = ("state", "outcome", "progress", "started", "finished", "run_time", "cost")
        assert {**made, **{name: done[name] for name in changing}} == done
        assert log(ada, made) == "hello\n"


def test_a_job_finds_what_it_needs(server, ada):
    code = (
        "print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('ORION_')}))\n"
        "print(json.dumps([os.getcwd() == str(folder), os.getpgid(0) == os.getpid(), given]))\n"
        "print(ask('GET', '/api/v1/users/me/')['username'])"
    )
    os.environ["ORION_PROFILE"] = "other"
    try:
        job = reach(ada, start(ada, code, project=3))
    finally:
        del os.environ["ORION_PROFILE"]
    environ, rest, username = log(ada, job).splitlines()
    found = httpx.Response(200, text=environ).json()
    token = found.pop("ORION_TOKEN")
    own = {"ORION_JOB_ID": str(job["id"]), "ORION_URL": server.url, "ORION_PROJECT": "3"}
    # Those of the hardware have tests of their own.
    assert {name: value for name, value in found.items() if name in own or name == "ORION_PROFILE"} == own
    assert httpx.Response(200, text=rest).json() == [True, True, job["parameters"]]
    assert username == "ada"
    # The token ended with the job.
    late = httpx.get(f"{server.url}/api/v1/users/me/", headers={"Authorization": f"Token {token}"})
    assert late.status_code == 401
    for path in server.folder.rglob("*"):
        assert path.name == "log" or not path.is_file() or token.encode() not in path.read_bytes(), path


def test_the_token_of_a_job_is_not_listed(ada, tmp_path):
    before = ada.get("/api/v1/tokens/").json()
    code = f"""
import urllib.error
print(len(ask('GET', '/api/v1/tokens/')['results']))
try:
    ask('POST', '/api/v1/tokens/', {{}})
except urllib.error.HTTPError as error:
    print(error.code)
wait_for({str(tmp_path / "gate")!r})
"""
    job = start(ada, code)
    until(lambda: log(ada, job), lambda text: text.endswith("403\n"))
    assert ada.get("/api/v1/tokens/").json() == before
    for number in range(1, 200):
        assert ada.get(f"/api/v1/tokens/{number}/").status_code == (
            200 if number in {each["id"] for each in before["results"]} else 404
        )
    (tmp_path / "gate").touch()
    assert outcome(reach(ada, job)) == ("complete", "succeeded", "")


def test_jobs_run_in_the_order_of_the_queue(single, connect, tmp_path):
    ada, grace = connect(single), connect(single, "grace")
    effects, gate = str(tmp_path / "effects"), str(tmp_path / "gate")
    first = start(ada, f"wait_for({gate!r})")
    reach(ada, first, "running")
    jobs = [start([ada, grace][n % 2], f"note({effects!r}, '{n}')") for n in range(6)]
    queued = ada.get(JOBS, params={"state": "queued"}).json()["results"]
    assert [job["id"] for job in queued] == [job["id"] for job in jobs[::2]]
    Path(gate).touch()
    for n, job in enumerate(jobs):
        reach([ada, grace][n % 2], job)
    assert Path(effects).read_text().split() == [str(n) for n in range(6)]


def test_the_limit_of_running_jobs(server, ada, tmp_path):
    effects = tmp_path / "effects"
    code = f"note({str(effects)!r}, '+'); time.sleep(0.1); note({str(effects)!r}, '-')"
    jobs = [start(ada, code) for _ in range(10)]
    for job in jobs:
        assert outcome(reach(ada, job)) == ("complete", "succeeded", "")
    running, most = 0, 0
    for sign in effects.read_text().split():
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert (running, most) == (0, 2)


def test_a_job_with_a_key_is_made_once_and_runs(ada, tmp_path):
    effects = tmp_path / "effects"
    body = {"workfloe": 1, "parameters": {"promoted": {"code": f"note({str(effects)!r}, 'ran')"}}}
    responses = [ada.post(JOBS, json=body, headers={"Idempotency-Key": f"{tmp_path}"}) for _ in range(3)]
    assert [response.json() for response in responses] == [responses[0].json()] * 3
    reach(ada, responses[0].json())
    assert effects.read_text() == "ran\n"


def test_a_job_that_was_not_made_leaves_the_workers_alone(ada, rejected):
    body = {"workfloe": 1, "project": 2}
    for headers in ({}, {"Idempotency-Key": "never-made"}):
        assert ada.post(JOBS, json=body, headers=headers) == rejected(403, "forbidden", "project 2")
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


# ---------------------------------------------------------------- progress, logs, cost


def test_reported_progress(ada, tmp_path):
    gates = [str(tmp_path / f"gate{n}") for n in range(6)]
    reported = ["0.25", "what?", "nan", "7", "-3"]
    code = "".join(f"tell('progress', {text!r}); wait_for({gates[n]!r})\n" for n, text in enumerate(reported))
    job = start(ada, code)
    for n, wanted in enumerate([0.25, 0.0, 0.0, 1.0, 0.0]):
        until(lambda: get(ada, job)["progress"], lambda found, wanted=wanted: found == wanted)
        listed = ada.get(JOBS, params={"state": "running"}).json()["results"]
        assert [each["progress"] for each in listed if each["id"] == job["id"]] == [wanted]
        Path(gates[n]).touch()
    assert reach(ada, job)["progress"] == 1.0


def test_a_failed_job_keeps_the_progress_that_it_made(ada):
    assert reach(ada, start(ada, "tell('progress', 0.75); sys.exit(1)"))["progress"] == 0.75


def test_the_log_grows_while_the_job_runs(ada, tmp_path):
    gate = str(tmp_path / "gate")
    code = f"print('one'); print('two \\u00e9', file=sys.stderr); wait_for({gate!r}); os.write(1, b'\\xff three')"
    job = start(ada, code)
    assert until(lambda: log(ada, job), lambda text: len(text) > 8) == "one\ntwo é\n"
    assert get(ada, job)["state"] == "running"
    assert log(ada, job, offset=4) == "two é\n"
    assert log(ada, job, offset=11) == log(ada, job, offset=2**62) == ""
    Path(gate).touch()
    reach(ada, job)
    rest = ada.get(f"{JOBS}{job['id']}/logs/", params={"offset": 11})
    assert (rest.content, rest.headers["content-length"]) == (b"\xff three", "7")


def test_jobs_cost_what_they_take(server, ada, tmp_path):
    def balance():
        return Decimal(ada.get("/api/v1/billing/balance/").json()["amount"])

    before, gate = balance(), str(tmp_path / "gate")
    job = start(ada, f"wait_for({gate!r})")
    running = until(lambda: get(ada, job), lambda found: found["run_time"] > 1.2)
    assert (running["state"], Decimal(running["cost"]) > 0) == ("running", True)
    Path(gate).touch()
    done = reach(ada, job)
    assert Decimal(done["cost"]) == round(Decimal(done["run_time"]) * Decimal("0.36") / 3600, 4) > 0
    assert balance() == before - Decimal(done["cost"])
    assert get(ada, job) == done


# ---------------------------------------------------------------- failure


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit(3)", "the floe exited with code 3"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "the floe was killed by signal 9 (SIGKILL)"),
        ("os.kill(os.getpid(), signal.SIGRTMIN + 5)", "the floe was killed by signal 39"),
        ("tell('reason', 'ValueError: record 3\\n is bad'); sys.exit(1)", "ValueError: record 3 is bad"),
        ("tell('reason', '  \\n'); sys.exit(1)", "the floe exited with code 1"),
        ("(folder / 'reason').write_bytes(b'bad \\xff'); sys.exit(1)", "bad \ufffd"),
        ("tell('reason', 'x' * 100_000); sys.exit(1)", "x" * 2000),
        ("raise KeyError('what')", "the floe exited with code 1"),
    ],
)
def test_the_reason_of_a_failure(ada, code, reason):
    job = reach(ada, start(ada, code))
    assert outcome(job) == ("complete", "failed", reason)
    assert "KeyError" not in code or "KeyError: 'what'" in log(ada, job)


def test_a_reason_does_not_count_on_success(ada):
    assert outcome(reach(ada, start(ada, "tell('reason', 'none')"))) == ("complete", "succeeded", "")


def test_a_program_that_is_not_there(ada):
    job = reach(ada, start(ada, floe=2))
    assert outcome(job)[:2] == ("complete", "failed")
    assert "could not be started" in job["reason"]
    assert "/nowhere/python" in job["reason"]
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


def test_a_disk_that_is_full_fails_the_job_and_not_the_queue(single, connect):
    ada = connect(single)
    (single.folder / "jobs").rmdir()
    (single.folder / "jobs").write_text("in the way of the folder")
    job = reach(ada, start(ada))
    assert outcome(job)[:2] == ("complete", "failed")
    assert "could not be started" in job["reason"]
    (single.folder / "jobs").unlink()
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


def test_a_database_that_cannot_be_written_only_delays(single, connect, monkeypatch, tmp_path):
    """Starting and ending a job are retried until they succeed."""
    ada, gate = connect(single), tmp_path / "gate"
    tries = []

    def full(*args, **kwargs):
        tries.append(args)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "_RETRY_SECONDS", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(engine.JobEngine, "_claim_next", full)
        job = start(ada, f"wait_for({str(gate)!r})")
        until(lambda: len(tries), lambda count: count > 2)
        assert get(ada, job)["state"] == "queued"
    reach(ada, job, "running")
    tries.clear()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "end_job", full)
        gate.touch()
        until(lambda: len(tries), lambda count: count > 2)
        assert get(ada, job)["state"] == "running"
    assert outcome(reach(ada, job)) == ("complete", "succeeded", "")


def test_what_goes_wrong_in_the_engine_is_a_failed_job(single, connect, monkeypatch):
    ada = connect(single)

    def fail(**variables):
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "build_environment", fail)
        assert outcome(reach(ada, start(ada))) == ("complete", "failed", "the job could not be run: unforeseen")
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


def test_what_a_job_leaves_running_ends_with_it(ada):
    code = "import subprocess; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    job = reach(ada, start(ada, code))
    assert outcome(job) == ("complete", "succeeded", "")
    until(lambda: is_alive(int(log(ada, job))), lambda alive: not alive)


def test_argv_is_a_command_and_no_shell(tmp_path, connect):
    with Server(
        tmp_path, seed="demo", floes=[floe(argv=[*ARGV[:-1], "import sys; print(sys.argv[1:])", "$HOME; *"])]
    ) as server:
        job = reach(ada := connect(server), start(ada))
        assert log(ada, job) == f"{['$HOME; *', str(tmp_path / 'jobs' / '1')]}\n"
