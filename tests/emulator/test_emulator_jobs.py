"""Jobs that really run: in order, bounded, watched, cancelled, and never lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from emulator_floes import ARGV, JOBS, floe, get, is_alive, log, reach, start, until

from orionclient.emulator import Server
from orionclient.emulator import jobs as engine

FLOES = [
    floe(),
    floe("missing", argv=["/nowhere/python"]),
    floe(
        "typed",
        {"name": "count", "promoted_name": "number", "type": "integer", "required": True},
        {"name": "ratio", "type": "decimal", "required": False, "default": 0.5},
        {"name": "sure", "promoted_name": "sure", "type": "boolean", "required": False},
        {"name": "anything", "promoted_name": "anything", "type": "json", "required": False},
        {"name": "file", "promoted_name": "file", "type": "file", "required": False},
        {"name": "data", "promoted_name": "data", "type": "dataset", "required": False},
        {"name": "shards", "promoted_name": "shards", "type": "collection", "required": False},
        {"name": "secret", "promoted_name": "secret", "type": "secret", "required": False},
        {"name": "out", "promoted_name": "out", "type": "dataset_out", "required": False},
        {"name": "colour", "promoted_name": "colour", "type": "string", "required": False, "choices": ["red", "blue"]},
        {"name": "words", "promoted_name": "words", "type": "string", "required": False, "many": True},
        {"name": "inner", "type": "string", "required": True, "default": "set"},
        {"name": "new", "promoted_name": "new", "type": "of the future", "required": False},
    ),
]
FLOES[2]["specification"]["cubes"].append(
    {
        "name": "second",
        "title": "Second cube",
        "type": "python",
        "parameters": [{"name": "must", "type": "string", "required": True}],
    }
)
MUST = {"second": {"must": "x"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", floes=FLOES) as running:
        yield running


@pytest.fixture
def single(tmp_path):
    """A server that runs one job at a time."""
    with Server(tmp_path / "stack", seed="demo", floes=FLOES, jobs=1) as running:
        yield running


@pytest.fixture
def idle(tmp_path):
    """A server that runs none."""
    with Server(tmp_path / "stack", seed="demo", floes=FLOES, jobs=0) as running:
        yield running


def outcome(job):
    return job["state"], job["outcome"], job["reason"]


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
    os.environ["ORION_PROFILE"] = "somebody"
    try:
        job = reach(ada, start(ada, code, project=3))
    finally:
        del os.environ["ORION_PROFILE"]
    environ, rest, username = log(ada, job).splitlines()
    found = httpx.Response(200, text=environ).json()
    token = found.pop("ORION_TOKEN")
    assert found == {"ORION_JOB_ID": str(job["id"]), "ORION_URL": server.url, "ORION_PROJECT": "3"}
    assert httpx.Response(200, text=rest).json() == [True, True, job["parameters"]]
    assert username == "ada"
    # The token ended with the job.
    late = httpx.get(f"{server.url}/api/v1/users/me/", headers={"Authorization": f"Token {token}"})
    assert late.status_code == 401
    for path in server.folder.rglob("*"):
        assert path.name == "log" or not path.is_file() or token.encode() not in path.read_bytes(), path


def test_the_token_of_a_job_is_nobodys_business(ada, tmp_path):
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


def test_no_more_jobs_at_once_than_the_pool_has_places(server, ada, tmp_path):
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
    answers = [ada.post(JOBS, json=body, headers={"Idempotency-Key": f"{tmp_path}"}) for _ in range(3)]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 3
    reach(ada, answers[0].json())
    assert effects.read_text() == "ran\n"


def test_a_job_that_was_not_made_leaves_the_workers_alone(ada, refused):
    body = {"workfloe": 1, "project": 2}
    for headers in ({}, {"Idempotency-Key": "never-made"}):
        assert ada.post(JOBS, json=body, headers=headers) == refused(403, "forbidden", "project 2")
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


# ---------------------------------------------------------------- progress, logs, cost


def test_progress_as_the_job_tells_it(ada, tmp_path):
    gates = [str(tmp_path / f"gate{n}") for n in range(6)]
    told = ["0.25", "what?", "nan", "7", "-3"]
    code = "".join(f"tell('progress', {text!r}); wait_for({gates[n]!r})\n" for n, text in enumerate(told))
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
        ("sys.exit(3)", "the floe ended with exit code 3"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "the floe was killed by signal 9 (SIGKILL)"),
        ("os.kill(os.getpid(), signal.SIGRTMIN + 5)", "the floe was killed by signal 39"),
        ("tell('reason', 'ValueError: record 3\\n is bad'); sys.exit(1)", "ValueError: record 3 is bad"),
        ("tell('reason', '  \\n'); sys.exit(1)", "the floe ended with exit code 1"),
        ("(folder / 'reason').write_bytes(b'bad \\xff'); sys.exit(1)", "bad \ufffd"),
        ("tell('reason', 'x' * 100_000); sys.exit(1)", "x" * 2000),
        ("raise KeyError('what')", "the floe ended with exit code 1"),
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
    (single.folder / "jobs").write_text("in the way of the folder")
    job = reach(ada, start(ada))
    assert outcome(job)[:2] == ("complete", "failed")
    assert "could not be started" in job["reason"]
    (single.folder / "jobs").unlink()
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


def test_a_database_that_cannot_be_written_only_delays(single, connect, monkeypatch, tmp_path):
    """What begins and what ends a job is tried again until it works."""
    ada, gate = connect(single), tmp_path / "gate"
    tries = []

    def full(*args, **kwargs):
        tries.append(args)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "_RETRY_SECONDS", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(engine.Engine, "_take", full)
        job = start(ada, f"wait_for({str(gate)!r})")
        until(lambda: len(tries), lambda count: count > 2)
        assert get(ada, job)["state"] == "queued"
    reach(ada, job, "running")
    tries.clear()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "end", full)
        gate.touch()
        until(lambda: len(tries), lambda count: count > 2)
        assert get(ada, job)["state"] == "running"
    assert outcome(reach(ada, job)) == ("complete", "succeeded", "")


def test_what_goes_wrong_in_the_engine_is_a_failed_job(single, connect, monkeypatch):
    ada = connect(single)

    def fail(**variables):
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "environment", fail)
        assert outcome(reach(ada, start(ada))) == ("complete", "failed", "the job could not be run: unforeseen")
    assert outcome(reach(ada, start(ada))) == ("complete", "succeeded", "")


def test_what_a_job_leaves_running_ends_with_it(ada):
    code = "import subprocess; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    job = reach(ada, start(ada, code))
    assert outcome(job) == ("complete", "succeeded", "")
    until(lambda: is_alive(int(log(ada, job))), lambda alive: not alive)


# ---------------------------------------------------------------- cancelling and deleting


def test_a_queued_job_is_cancelled_at_once(idle, connect):
    ada = connect(idle)
    job = start(ada)
    answer = ada.post(f"{JOBS}{job['id']}/cancel/")
    assert answer.status_code == 200
    assert outcome(answer.json()) == ("complete", "cancelled", "cancelled by ada")
    assert (answer.json()["started"], answer.json()["run_time"]) == (None, 0.0)
    idle.stop()
    with Server(idle.folder, floes=FLOES) as server:
        ada = connect(server)
        reach(ada, start(ada))
        assert get(ada, job) == answer.json()
        assert log(ada, job) == ""


CHILD = "import subprocess; print(os.getpid(), subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)\n"


def test_a_running_job_is_cancelled_with_its_children(server, ada, grace):
    job = start(ada, f"{CHILD}tell('progress', 0.5); time.sleep(60)", project=3)
    pids = [int(text) for text in until(lambda: log(ada, job), str.strip).split()]
    assert all(map(is_alive, pids))
    until(lambda: get(ada, job)["progress"], lambda found: found == 0.5)
    answers = [who.post(f"{JOBS}{job['id']}/cancel/") for who in (grace, ada)]
    assert [answer.status_code for answer in answers] == [200, 200]
    done = reach(ada, job)
    assert outcome(done) == ("complete", "cancelled", "cancelled by grace")
    assert (done["progress"], done["run_time"] > 0) == (0.5, True)
    for pid in pids:
        until(lambda pid=pid: is_alive(pid), lambda alive: not alive)
    # Again, and on one that succeeded: nothing changes.
    assert ada.post(f"{JOBS}{job['id']}/cancel/").json() == done
    fine = reach(ada, start(ada))
    assert ada.post(f"{JOBS}{fine['id']}/cancel/").json() == fine


def test_a_job_that_does_not_want_to_end_is_made_to(ada):
    code = f"signal.signal(signal.SIGTERM, lambda *_: print('no'))\n{CHILD}while True: time.sleep(0.1)"
    job = start(ada, code)
    pids = [int(text) for text in until(lambda: log(ada, job), str.strip).split()]
    ada.post(f"{JOBS}{job['id']}/cancel/")
    assert outcome(reach(ada, job)) == ("complete", "cancelled", "cancelled by ada")
    assert log(ada, job).endswith("no\n")
    for pid in pids:
        until(lambda pid=pid: is_alive(pid), lambda alive: not alive)


def test_a_cancelled_job_that_ends_in_good_order_is_cancelled(ada):
    job = start(ada, "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('ready'); time.sleep(60)")
    until(lambda: log(ada, job), str.strip)
    ada.post(f"{JOBS}{job['id']}/cancel/")
    assert outcome(reach(ada, job)) == ("complete", "cancelled", "cancelled by ada")


def test_cancelling_between_taking_and_starting(single, connect, monkeypatch):
    """No process begins any more."""
    ada, taken, go = connect(single), threading.Event(), threading.Event()
    run = engine.Engine._run

    def slowly(self, job):
        taken.set()
        go.wait(30)
        return run(self, job)

    monkeypatch.setattr(engine.Engine, "_run", slowly)
    job = start(ada, "print('began')")
    assert taken.wait(30)
    assert ada.post(f"{JOBS}{job['id']}/cancel/").json()["state"] == "running"
    go.set()
    assert outcome(reach(ada, job)) == ("complete", "cancelled", "cancelled by ada")
    assert log(ada, job) == ""


def test_only_a_complete_job_can_be_deleted(single, connect, refused, tmp_path):
    ada, gate = connect(single), str(tmp_path / "gate")
    running, queued = start(ada, f"wait_for({gate!r})"), start(ada)
    reach(ada, running, "running")
    for job, state in ((running, "running"), (queued, "queued")):
        assert ada.delete(f"{JOBS}{job['id']}/") == refused(409, "job_not_complete", state)
    Path(gate).touch()
    for job in (running, queued):
        reach(ada, job)
        assert ada.post(f"/api/v1/tags/job/{job['id']}/", json={"tags": ["mine"]}).status_code == 204
    folder = single.folder / "jobs" / str(queued["id"])
    assert (folder / "log").exists()
    assert ada.delete(f"{JOBS}{queued['id']}/").status_code == 204
    assert not folder.exists()
    for answer in (ada.get(f"{JOBS}{queued['id']}/"), ada.delete(f"{JOBS}{queued['id']}/")):
        assert answer == refused(404, "not_found", f"no job {queued['id']}")
    assert [job["id"] for job in ada.get(JOBS, params={"tags": "mine"}).json()["results"]] == [running["id"]]


def test_folders_that_no_job_has_go_at_the_next_start(single, connect):
    ada = connect(single)
    job = reach(ada, start(ada, "print('kept')"))
    single.stop()
    (single.folder / "jobs" / "99").mkdir()
    with Server(single.folder, floes=FLOES) as server:
        assert log(connect(server), job) == "kept\n"
        assert not (server.folder / "jobs" / "99").exists()


# ---------------------------------------------------------------- parameters


def typed(ada, cube=MUST, **promoted):
    parameters = {"promoted": {"number": 1, **promoted}, "cube": cube}
    return ada.post(JOBS, json={"workfloe": 3, "parameters": parameters})


@pytest.mark.parametrize(
    "promoted",
    [
        {"number": 7},
        {"sure": False, "anything": [{"a": None}], "out": "name", "colour": "red", "words": ["a", "b"], "words ": 0},
        {"file": 1},
        {"file": {"file": 1}},
        {"file": {"files": [{"id": 1}, {"id": 2}]}},
        {"data": {"datasets": [{"id": 135}, {"id": 136, "records": [1, 2]}]}, "shards": None},
        {"data": 5, "shards": {"collections": [{"id": 9}, {"id": 10, "shards": [1, 5]}]}},
        {"secret": {"secrets": [{"id": 9}]}, "new": object},
    ],
)
def test_parameters_that_fit(idle, connect, promoted):
    given = {name: value for name, value in promoted.items() if name != "words " and value is not object}
    answer = typed(connect(idle), **given)
    assert answer.status_code == 201, answer.text
    assert answer.json()["parameters"] == {"promoted": {"number": 1, **given}, "cube": MUST}


@pytest.mark.parametrize(
    ("promoted", "words"),
    [
        ({"nmber": 1}, ("no promoted parameter 'nmber'", "'code', 'number', 'sure'")),
        ({"number": None}, ("'number' is missing",)),
        ({"number": "1"}, ("'number' must be an integer",)),
        ({"number": True}, ("'number' must be an integer",)),
        ({"number": 1.5}, ("'number' must be an integer",)),
        ({"sure": 1}, ("'sure' must be true or false",)),
        ({"out": 3}, ("'out' must be the name of a dataset",)),
        ({"file": "name"}, ("'file' must be the id of a file or", '{"file": 1}')),
        ({"file": 0}, ("'file' must be",)),
        ({"file": {"path": "/etc/passwd"}}, ("'file' must be",)),
        ({"file": {"file": 1, "files": []}}, ("'file' must be",)),
        ({"data": {"datasets": 3}}, ("'data' must be the id of a dataset or",)),
        ({"data": {"datasets": [{"id": 1, "shards": [1]}]}}, ("'data' must be",)),
        ({"data": {"datasets": [{"id": 1, "records": ["x"]}]}}, ("'data' must be",)),
        ({"data": {"datasets": [3]}}, ("'data' must be",)),
        ({"secret": True}, ("'secret' must be",)),
        ({"colour": "green"}, ("'colour' must be one of: 'red', 'blue'",)),
        ({"words": "a"}, ("'words' must be a list",)),
        ({"words": [1]}, ("'words' must be a text",)),
    ],
)
def test_parameters_that_do_not_fit(ada, refused, promoted, words):
    before = ada.get(JOBS).json()["count"]
    assert typed(ada, **promoted) == refused(422, "bad_job_parameters", *words)
    assert ada.get(JOBS).json()["count"] == before


@pytest.mark.parametrize(
    ("cube", "words"),
    [
        ({}, ("'must' of the cube 'second' is missing",)),
        ({"second": {"must": None}}, ("'must' of the cube 'second' is missing",)),
        ({"second": {"must": 3}}, ("'must' of the cube 'second' must be a text",)),
        ({**MUST, "third": {}}, ("no cube 'third'", "'typed', 'second', 'Second cube'")),
        ({**MUST, "typed": {"must": 1}}, ("'typed' has no parameter 'must'", "'code', 'count'")),
        ({**MUST, "typed": {"ratio": "half"}}, ("'ratio' of the cube 'typed' must be a number",)),
        ({"second": 3}, ("'second' must be an object",)),
        (3, ("'cube' must be an object",)),
    ],
)
def test_parameters_of_cubes_that_do_not_fit(ada, refused, cube, words):
    assert typed(ada, cube) == refused(422, "bad_job_parameters", *words)


def test_other_ways_to_give_parameters(idle, connect, refused):
    ada = connect(idle)
    by_title = {"Second cube": {"must": "x"}, "typed": {"count": 1, "ratio": 2}}
    fits = {"workfloe": 3, "parameters": {"cube": by_title}}
    assert ada.post(JOBS, json=fits).json()["parameters"] == {"cube": by_title}
    assert ada.post(JOBS, json={"workfloe": 1}).json()["parameters"] == {}
    unknown = {"workfloe": 1, "parameters": {"promotd": {}}}
    assert ada.post(JOBS, json=unknown) == refused(422, "bad_job_parameters", "'promotd'", "'promoted', 'cube'")
    assert ada.post(JOBS, json={"workfloe": 99}) == refused(404, "not_found", "no floe 99")


# ---------------------------------------------------------------- tags and permissions


def tags(caller, kind, number):
    found = caller.get(f"/api/v1/tags/{kind}/{number}/").json()["results"]
    return [(tag["name"], tag["project"]) for tag in found]


def test_what_a_job_makes_carries_its_tag(server, ada):
    nested = {
        "workfloe": 1,
        "parameters": {"promoted": {"code": "ask('POST', '/api/v3/storage/files/', {'name': 'deep'})"}},
    }
    code = f"""
print(ask('POST', '/api/v1/storage/datasets/', {{'name': 'd', 'path': '/in/folders'}})['id'])
print(ask('POST', '/api/v1/storage/collections/', {{'project': 1}})['id'])
print(ask('POST', '/api/v3/storage/files/', {{'name': 'f'}})['id'])
print(ask('POST', '/api/v1/secrets/', {{'name': 's', 'value': 'v'}})['id'])
print(ask('POST', '{JOBS}', {nested!r})['id'])
"""
    job = reach(ada, start(ada, code, project=3))
    assert outcome(job) == ("complete", "succeeded", ""), log(ada, job)
    dataset, collection, file, secret, inner = map(int, log(ada, job).split())
    tag = f"Job {job['id']}"
    # Without a project what a job makes goes to that of the job.
    for kind, number in (("dataset", dataset), ("file", file), ("secret", secret), ("job", inner)):
        assert tags(ada, kind, number) == [(tag, 3)], kind
    assert tags(ada, "collection", collection) == [(tag, 1)]
    found = ada.get("/api/v1/storage/datasets/", params={"tags": tag}).json()["results"]
    assert [(each["id"], each["project"], each["path"]) for each in found] == [(dataset, 3, "/in/folders")]
    reach(ada, inner)
    deep = ada.get("/api/v3/storage/files/", params={"tags": f"Job {inner}"}).json()["results"]
    assert [(each["name"], each["project"]) for each in deep] == [("deep", 3)]
    # What a user makes does not.
    made = ada.post("/api/v3/storage/files/", json={"name": "by hand"}).json()
    assert tags(ada, "file", made["id"]) == []
    assert tags(ada, "job", job["id"]) == []


def test_jobs_belong_to_the_members_of_their_project(server, ada, grace, refused):
    mine, ours = reach(ada, start(ada)), reach(ada, start(ada, project=3))
    assert get(grace, ours) == ours
    listed = [job["id"] for job in grace.get(JOBS).json()["results"]]
    assert (mine["id"] in listed, ours["id"] in listed) == (False, True)
    url = f"{JOBS}{mine['id']}/"
    for answer in (grace.get(url), grace.get(f"{url}logs/"), grace.post(f"{url}cancel/"), grace.delete(url)):
        assert answer == refused(403, "forbidden", "not a member")
    assert grace.post(f"/api/v1/shares/job/{ours['id']}/", json={"target_type": "user", "target_id": 2}) == refused(
        404, "not_found", "that can be shared"
    )
    assert grace.delete(f"{JOBS}{ours['id']}/").status_code == 204


def test_filters(idle, connect):
    ada = connect(idle)
    jobs = [start(ada, name="Alpha"), start(ada, name="beta", project=3), start(ada, floe=2, name="alphabet")]
    ada.post(f"{JOBS}{jobs[1]['id']}/cancel/")
    for query, wanted in (
        ({"name": "ALPHA"}, [1, 3]),
        ({"project": 3}, [2]),
        ({"state": "complete"}, [2]),
        ({"state": "queued"}, [1, 3]),
        ({"workfloe": 2}, [3]),
        ({"workfloe": 9}, []),
    ):
        assert [job["id"] for job in ada.get(JOBS, params=query).json()["results"]] == wanted, query


# ---------------------------------------------------------------- the end of the server


def test_a_negative_pool_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not -1"):
        Server(tmp_path, jobs=-1)


def test_stopping_the_server_ends_its_jobs(single, connect):
    ada = connect(single)
    running = start(ada, f"{CHILD}time.sleep(60)")
    pids = [int(text) for text in until(lambda: log(ada, running), str.strip).split()]
    queued = start(ada, "print('ran')")
    single.stop()
    for pid in pids:
        until(lambda pid=pid: is_alive(pid), lambda alive: not alive)
    with Server(single.folder, floes=FLOES) as server:
        ada = connect(server)
        assert outcome(get(ada, running)) == ("complete", "failed", "the local Orion stopped while the job ran")
        assert outcome(reach(ada, queued)) == ("complete", "succeeded", "")


SERVER = """
import json, sys
from pathlib import Path
from orionclient.emulator import Server
server = Server(Path(sys.argv[1]), seed="demo", floes=json.loads(sys.argv[2]), jobs=2, port=int(sys.argv[3]))
server._open_before = server._open
def opened():
    running = server._open_before()
    print(running.url, flush=True)
    return running
server._open = opened
server.run()
"""


class Killed:
    """A server in a process of its own, which can be killed."""

    def __init__(self, folder):
        floes = httpx.Request("POST", "http://x", json=FLOES).content.decode()
        argv = [sys.executable, "-c", SERVER, str(folder), floes, "0"]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self):
        self.process.wait()
        self.process.stdout.close()

    def connect(self, token):
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Token {token}"}, timeout=30)


def test_no_job_is_lost_when_the_server_is_killed(tmp_path):
    folder, effects = tmp_path / "stack", tmp_path / "effects"
    with Server(folder, seed="demo") as server:
        token = server.issue_token("ada")
    code = f"note({str(effects)!r}, os.environ['ORION_JOB_ID'] + ' ' + str(os.getpid())); time.sleep(0.02)"
    long = f"note({str(effects)!r}, os.environ['ORION_JOB_ID'] + ' ' + str(os.getpid())); time.sleep(60)"
    killed = Killed(folder)
    with killed.connect(token) as ada:
        jobs = [start(ada, long if n in {10, 11} else code) for n in range(40)]
        asked = start(ada, long)
        for job in jobs[10:12]:
            reach(ada, job, "running")
            until(lambda job=job: effects.read_text(), lambda text, job=job: f"\n{job['id']} " in text)
    killed.kill()
    pids = dict(line.split() for line in effects.read_text().splitlines())
    for job in jobs[10:12]:
        until(lambda job=job: is_alive(pids[str(job["id"])]), lambda alive: not alive)
    again = Killed(folder)
    try:
        with again.connect(token) as ada:
            ada.post(f"{JOBS}{asked['id']}/cancel/")
            for n, job in enumerate(jobs):
                wanted = (
                    ("complete", "failed", "the local Orion stopped while the job ran")
                    if n in {10, 11}
                    else ("complete", "succeeded", "")
                )
                assert outcome(reach(ada, job)) == wanted, n
            reach(ada, asked)
            assert ada.get("/api/v1/users/me/").status_code == 200
    finally:
        again.process.terminate()
        again.close()
    ran = [line.split()[0] for line in effects.read_text().splitlines() if line.split()[0] != str(asked["id"])]
    assert sorted(map(int, ran)) == [job["id"] for job in jobs]


def test_cancelling_counts_also_when_the_server_dies_over_it(idle, connect):
    ada = connect(idle)
    job = start(ada)
    with idle._require().stack.store.writing() as db:
        db.execute(
            "UPDATE jobs SET state = 'running', started = created, cancelled_by = 'grace' WHERE id = ?", (job["id"],)
        )
    idle.stop()
    with Server(idle.folder, floes=FLOES) as server:
        assert outcome(get(connect(server), job)) == ("complete", "cancelled", "cancelled by grace")


def test_argv_is_a_command_and_no_shell(tmp_path, connect):
    with Server(
        tmp_path, seed="demo", floes=[floe(argv=[*ARGV[:-1], "import sys; print(sys.argv[1:])", "$HOME; *"])]
    ) as server:
        job = reach(ada := connect(server), start(ada))
        assert log(ada, job) == f"{['$HOME; *', str(tmp_path / 'jobs' / '1')]}\n"
