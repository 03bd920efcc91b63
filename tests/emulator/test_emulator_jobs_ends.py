"""Jobs that are ended: cancelled, deleted, or by the end of the server; none is lost.

The variable `ORION_NIGHTLY=1` asks for the long form.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from emulator_floes import CHILD, FLOES, JOBS, get, idle, is_alive, log, outcome, reach, server, single, start, until

from orionclient.emulator import Server
from orionclient.emulator._jobs import jobs as engine

__all__ = ["idle", "server", "single"]

TOTAL = 200 if os.environ.get("ORION_NIGHTLY") else 40


# ---------------------------------------------------------------- cancelling and deleting


def test_a_queued_job_is_cancelled_at_once(idle, connect):
    ada = connect(idle)
    job = start(ada)
    response = ada.post(f"{JOBS}{job['id']}/cancel/")
    assert response.status_code == 200
    assert outcome(response.json()) == ("complete", "cancelled", "cancelled by ada")
    assert (response.json()["started"], response.json()["run_time"]) == (None, 0.0)
    idle.stop()
    with Server(idle.folder, floes=FLOES) as server:
        ada = connect(server)
        reach(ada, start(ada))
        assert get(ada, job) == response.json()
        assert log(ada, job) == ""


def test_a_running_job_is_cancelled_with_its_children(server, ada, grace):
    job = start(ada, f"{CHILD}tell('progress', 0.5); time.sleep(60)", project=3)
    pids = [int(text) for text in until(lambda: log(ada, job), str.strip).split()]
    assert all(map(is_alive, pids))
    until(lambda: get(ada, job)["progress"], lambda found: found == 0.5)
    responses = [who.post(f"{JOBS}{job['id']}/cancel/") for who in (grace, ada)]
    assert [response.status_code for response in responses] == [200, 200]
    done = reach(ada, job)
    assert outcome(done) == ("complete", "cancelled", "cancelled by grace")
    assert (done["progress"], done["run_time"] > 0) == (0.5, True)
    for pid in pids:
        until(lambda pid=pid: is_alive(pid), lambda alive: not alive)
    # Again, and on one that succeeded or failed: nothing changes.
    assert ada.post(f"{JOBS}{job['id']}/cancel/").json() == done
    for code in ("", "sys.exit(1)"):
        fine = reach(ada, start(ada, code))
        assert ada.post(f"{JOBS}{fine['id']}/cancel/").json() == fine
        assert get(ada, fine) == fine


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
    """No process is started."""
    ada, taken, go = connect(single), threading.Event(), threading.Event()
    run = engine.JobEngine._run

    def slowly(self, job):
        taken.set()
        go.wait(120)
        return run(self, job)

    monkeypatch.setattr(engine.JobEngine, "_run", slowly)
    job = start(ada, "print('began')")
    assert taken.wait(120)
    assert ada.post(f"{JOBS}{job['id']}/cancel/").json()["state"] == "running"
    go.set()
    assert outcome(reach(ada, job)) == ("complete", "cancelled", "cancelled by ada")
    assert log(ada, job) == ""


def test_only_a_complete_job_can_be_deleted(single, connect, rejected, tmp_path):
    ada, gate = connect(single), str(tmp_path / "gate")
    running, queued = start(ada, f"wait_for({gate!r})"), start(ada)
    reach(ada, running, "running")
    for job, state in ((running, "running"), (queued, "queued")):
        assert ada.delete(f"{JOBS}{job['id']}/") == rejected(409, "job_not_complete", state)
    Path(gate).touch()
    for job in (running, queued):
        reach(ada, job)
        assert ada.post(f"/api/v1/tags/job/{job['id']}/", json={"tags": ["mine"]}).status_code == 204
    folder = single.folder / "jobs" / str(queued["id"])
    assert (folder / "log").exists()
    assert ada.delete(f"{JOBS}{queued['id']}/").status_code == 204
    assert not folder.exists()
    for response in (ada.get(f"{JOBS}{queued['id']}/"), ada.delete(f"{JOBS}{queued['id']}/")):
        assert response == rejected(404, "not_found", f"job {queued['id']} does not exist")
    assert [job["id"] for job in ada.get(JOBS, params={"tags": "mine"}).json()["results"]] == [running["id"]]


def test_folders_that_no_job_has_go_at_the_next_start(single, connect):
    ada = connect(single)
    job = reach(ada, start(ada, "print('kept')"))
    single.stop()
    (single.folder / "jobs" / "99").mkdir()
    with Server(single.folder, floes=FLOES) as server:
        assert log(connect(server), job) == "kept\n"
        assert not (server.folder / "jobs" / "99").exists()


# ---------------------------------------------------------------- the end of the server


def test_a_negative_pool_is_rejected(tmp_path):
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
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Token {token}"}, timeout=120)


def test_no_job_is_lost_when_the_server_is_killed(tmp_path):
    folder, effects = tmp_path / "stack", tmp_path / "effects"
    with Server(folder, seed="demo") as server:
        token = server.issue_token("ada")
    code = f"note({str(effects)!r}, os.environ['ORION_JOB_ID'] + ' ' + str(os.getpid())); time.sleep(0.02)"
    long = f"note({str(effects)!r}, os.environ['ORION_JOB_ID'] + ' ' + str(os.getpid())); time.sleep(60)"
    killed = Killed(folder)
    with killed.connect(token) as ada:
        jobs = [start(ada, long if n in {10, 11} else code) for n in range(TOTAL)]
        requests = start(ada, long)
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
            ada.post(f"{JOBS}{requests['id']}/cancel/")
            for n, job in enumerate(jobs):
                wanted = (
                    ("complete", "failed", "the local Orion stopped while the job ran")
                    if n in {10, 11}
                    else ("complete", "succeeded", "")
                )
                assert outcome(reach(ada, job)) == wanted, n
            reach(ada, requests)
            assert ada.get("/api/v1/users/me/").status_code == 200
    finally:
        again.process.terminate()
        again.close()
    ran = [line.split()[0] for line in effects.read_text().splitlines() if line.split()[0] != str(requests["id"])]
    assert sorted(map(int, ran)) == [job["id"] for job in jobs]


def test_cancelling_counts_also_when_the_server_dies_over_it(idle, connect):
    ada = connect(idle)
    job = start(ada)
    with idle._require().stack.store.write_transaction() as db:
        db.execute(
            "UPDATE jobs SET state = 'running', started = created, cancelled_by = 'grace' WHERE id = ?", (job["id"],)
        )
    idle.stop()
    with Server(idle.folder, floes=FLOES) as server:
        assert outcome(get(connect(server), job)) == ("complete", "cancelled", "cancelled by grace")
