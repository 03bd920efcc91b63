"""The report of jobs after random cancellations, renames, deletions and a SIGKILL of the server, against a record of what happened.

200 jobs run by default, and 1,000 with ORION_NIGHTLY=1. Prices are 3,600 times those of the local Orion, so that short jobs cost cents.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime
from decimal import Decimal

import httpx
import pytest
from emulator_floes import JOBS, floe, reach, until

TOTAL = 1000 if os.environ.get("ORION_NIGHTLY") else 200
CLIENTS = 4
EXPORTS, BALANCE = "/api/v1/exports/", "/api/v1/billing/balance/"
CPU, MEMORY = Decimal("0.27"), Decimal("0.00005")  # for a second
SERVER = f"""
import json, pathlib, sys
from decimal import Decimal
from orionclient.emulator import Server
from orionclient.emulator._store import costs
costs.CPU_HOUR, costs.MEMORY_HOUR = 3600 * Decimal("{CPU}"), 3600 * Decimal("{MEMORY}")
server = Server(pathlib.Path(sys.argv[1]), seed="demo", floes=json.loads(sys.argv[2]), jobs=4, durable=False).start()
print(server.url, server.issue_token("ada"), flush=True)
sys.stdin.read()
"""
# The jobs note when they run; the last one ends with the server, which holds the other end of its standard input.
NOTE = 'note() { echo "$ORION_JOB_ID $1 $(date +%s.%N)" >> "$0"; }; note start; '
SCRIPTS = {
    "good": "sleep $((ORION_JOB_ID % 20 == 0)).0$((ORION_JOB_ID % 7)); note end",
    "bad": "note end; exit 3",
    "long": "cat",
}
STOPPED = "the local Orion stopped while the job ran"


class Server:
    """A server in a process of its own."""

    def __init__(self, folder, effects):
        floes = [floe(name, argv=["/bin/sh", "-c", NOTE + script, str(effects)]) for name, script in SCRIPTS.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(folder), json.dumps(floes)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.url, self.token = self.process.stdout.readline().split()

    def connect(self):
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Token {self.token}"}, timeout=120)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Record:
    """What was done to a job: its possible names, and whether it was cancelled and deleted, None if the response was lost."""

    def __init__(self, floe, name, memory, project):
        self.floe, self.names, self.memory, self.project = floe, {name}, memory, project
        self.id = None
        self.cancelled: bool | None = False
        self.cancelled_at = None  # when the cancellation of the running job was requested
        self.deleted: bool | None = False
        self.last = None  # the complete job, before it was deleted


class Client(threading.Thread):
    """Starts jobs, and cancels, renames and deletes its own jobs at random."""

    def __init__(self, server, seed, count, floes, did):
        super().__init__()
        self.server, self.luck, self.floes, self.count, self.did = server, random.Random(seed), floes, count, did
        self.seed, self.records = seed, []

    def run(self):
        with self.server.connect() as client, contextlib.suppress(httpx.TransportError):
            for index in range(self.count):
                self.start_job(client, f"client {self.seed} job {index}")
                if self.luck.random() < 0.4:
                    # So the queue stays short, and jobs are met in all states.
                    self.wait_for(client, self.records[-1])
                if self.luck.random() < 0.3:
                    self.cancel(client, self.records[-1])
                for _ in range(self.luck.randrange(3)):
                    self.luck.choice([self.rename, self.delete])(client, self.luck.choice(self.records))

    def start_job(self, client, name):
        memory, project = self.luck.choice([256, 1800]), self.luck.choice([1, 3])
        record = Record(self.luck.choice(["good", "good", "bad"]), name, memory, project)
        self.records.append(record)
        system_parameters = {"memory_mb": memory}
        body = {"workfloe": self.floes[record.floe], "name": name, "project": project}
        response = client.post(JOBS, json={**body, "system_parameters": system_parameters})
        assert response.status_code == 201, response.content
        record.id = response.json()["id"]

    def wait_for(self, client, record):
        until(lambda: client.get(f"{JOBS}{record.id}/").json()["state"], lambda state: state != "queued")

    def cancel(self, client, record):
        before, moment = record.cancelled, time.time()
        record.cancelled = None
        response = client.post(f"{JOBS}{record.id}/cancel/")
        assert response.status_code == 200, response.content
        job = response.json()
        # The end of a job that is running is known later.
        record.cancelled = before if job["outcome"] in {"succeeded", "failed"} else True
        if job["state"] == "running":
            record.cancelled_at = record.cancelled_at or moment
            record.cancelled = None
        self.did[f"cancelled {job['state']}"] += 1

    def rename(self, client, record):
        if record.deleted:
            return
        name = f"=renamed {self.luck.randrange(10**6)}"
        before, record.names = record.names, {*record.names, name}
        response = client.patch(f"{JOBS}{record.id}/", json={"name": name})
        assert response.status_code == 200, response.content
        record.names = {name}
        self.did["renamed"] += before != record.names

    def delete(self, client, record):
        if record.deleted:
            return
        job = client.get(f"{JOBS}{record.id}/").json()
        if job["state"] != "complete":
            return
        record.last, record.deleted = job, None
        response = client.delete(f"{JOBS}{record.id}/")
        assert response.status_code == 204, response.content
        record.deleted = True
        self.did["deleted"] += 1


def act(server, did, count, first):
    """Let clients act at once; returns them."""
    with server.connect() as client:
        listed = client.get("/api/v1/workfloes/").json()["results"]
    floes = {each["name"]: each["id"] for each in listed}
    clients = [Client(server, first + index, -(-count // CLIENTS), floes, did) for index in range(CLIENTS)]
    for client in clients:
        client.start()
    return clients, floes


def export(client, report_type, form="json"):
    made = client.post(EXPORTS, json={"report_type": report_type, "format": form}).json()
    until(lambda: client.get(f"{EXPORTS}{made['id']}/").json(), lambda found: found["state"] == "ready")
    return client.get(f"{EXPORTS}{made['id']}/download/").content.decode()


def read_effects(path):
    """Return when jobs noted their start and their end: id -> name of the event -> time."""
    found = {}
    for line in path.read_text().splitlines():
        job, event, moment = line.split()
        found.setdefault(int(job), {})[event] = float(moment)
    return found


def parse(moment):
    return datetime.fromisoformat(moment).timestamp()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.timeout(600)
def test_the_report_agrees_with_what_happened(tmp_path):
    folder, effects, did = tmp_path / "stack", tmp_path / "effects", Counter()
    effects.touch()
    server = Server(folder, effects)
    with server.connect() as ada:
        start_balance = Decimal(ada.get(BALANCE).json()["amount"])
        clients, floes = act(server, did, TOTAL * 3 // 4, 0)
        wanted = ("cancelled complete", "cancelled running", "renamed", "deleted")
        until(lambda: [did[each] for each in wanted], all)
        interrupted = ada.post(JOBS, json={"workfloe": floes["long"], "name": "long"}).json()["id"]
        reach(ada, interrupted, "running")
        known = until(lambda: read_run_times(folder), lambda found: str(interrupted) in found)[str(interrupted)]
        killed_at = time.time()
        server.kill()
    for client in clients:
        client.join()
    again = Server(folder, effects)
    try:
        with again.connect() as ada:
            more, _ = act(again, did, TOTAL - sum(len(client.records) for client in clients), CLIENTS)
            for client in more:
                client.join()
            until(
                lambda: ada.get(JOBS, params={"states": ["queued", "running"]}).json()["count"],
                lambda count: count == 0,
            )
            jobs = {job["id"]: job for job in list_all(ada, JOBS)}
            rows = json.loads(export(ada, "jobs_summary"))
            spent = json.loads(export(ada, "spend_summary"))
            cells = list(csv.DictReader(export(ada, "jobs_summary", "csv").splitlines()))
            balance = Decimal(ada.get(BALANCE).json()["amount"])
    finally:
        again.kill()
    records = [record for client in (*clients, *more) for record in client.records]
    check_rows(rows, records, jobs, read_effects(effects), interrupted)
    (long,) = [row for row in rows if row["job_id"] == interrupted]
    assert (long["outcome"], long["reason"]) == ("failed", STOPPED)
    assert known <= long["run_time"] <= killed_at - parse(long["started"])
    # To the cent: the ledger, the balance and the other report.
    costs = sum(Decimal(row["cost"]) for row in rows)
    assert start_balance - balance == costs == sum(Decimal(each["cost"]) for each in spent) > 1
    assert sum(each["run_time"] for each in spent) == pytest.approx(sum(row["run_time"] for row in rows))
    assert {each["project_id"]: each["jobs"] for each in spent} == Counter(row["project_id"] for row in rows)
    for row, cell in zip(rows, cells, strict=True):
        name = f"'{row['name']}" if row["name"].startswith("=") else row["name"]
        assert cell == {**{key: "" if value is None else str(value) for key, value in row.items()}, "name": name}
    print(f"{len(rows)} jobs, {dict(did)}, {Counter(row['outcome'] for row in rows)}")


def list_all(client, path):
    while path:
        page = client.get(path).json()
        yield from page["results"]
        path = page["next"]


def read_run_times(folder):
    try:
        return json.loads((folder / "run-times.json").read_bytes())
    except FileNotFoundError:
        return {}


def check_rows(rows, records, jobs, effects, interrupted):
    """Compare each row with the record of its job, with what the job noted and with the job if it is still there."""
    by_id = {row["job_id"]: row for row in rows}
    assert [*by_id] == sorted(by_id)
    known = {record.id: record for record in records if record.id is not None}
    lost = {name: record for record in records if record.id is None for name in record.names}
    # No job is missing. One whose creation was not acknowledged may be there.
    assert {*known, interrupted} <= {*by_id}
    assert all(row["name"] in lost for job, row in by_id.items() if job not in {*known, interrupted})
    for job, row in by_id.items():
        if job == interrupted:
            continue
        record = known.get(job) or lost[row["name"]]
        check_row(row, record, effects.get(job, {}))
        there = jobs.get(job)
        assert (there is None) == bool(row["deleted"]), row
        assert bool(row["deleted"]) == record.deleted or record.deleted is None, row
        for name in ("name", "outcome", "reason", "created", "started", "finished", "run_time", "cost", "currency"):
            # A job can be renamed until it is deleted.
            assert name == "name" or row[name] == (there or record.last)[name], (row, there)
        assert there is None or there["name"] == row["name"]


def check_row(row, record, noted):
    assert row["name"] in record.names
    assert (row["project_id"], row["owner"], row["workfloe"]) == (record.project, "ada", record.floe)
    assert (row["cpu_count"], row["memory_mb"]) == (1, record.memory)
    assert Decimal(row["cost"]) == round(Decimal(repr(row["run_time"])) * (CPU + MEMORY * record.memory), 4)
    if record.cancelled is not None:
        assert (row["outcome"] == "cancelled") == record.cancelled, row
    if row["outcome"] == "cancelled":
        assert row["reason"] == "cancelled by ada"
    elif row["reason"] != STOPPED:
        expected = {"good": ("succeeded", ""), "bad": ("failed", "the floe exited with code 3")}
        assert (row["outcome"], row["reason"]) == expected[record.floe], row
        assert "end" in noted
    if row["started"] is None:
        assert (row["outcome"], row["run_time"], noted) == ("cancelled", 0.0, {}), row
        return
    # To the second, and better: what the job noted is within its run time, which is within the times of the server.
    started, finished = parse(row["started"]), parse(row["finished"])
    assert 0 <= row["run_time"] <= finished - started + 0.01, row
    if row["reason"] != STOPPED and "start" in noted:
        assert started - 0.01 <= noted["start"] <= noted.get("end", finished) <= finished + 0.01, (row, noted)
        assert row["run_time"] >= noted.get("end", noted["start"]) - noted["start"] - 0.01, (row, noted)
    if row["outcome"] == "cancelled" and "start" in noted and record.cancelled_at and row["finished"]:
        assert row["run_time"] >= record.cancelled_at - noted["start"] - 0.01 or row["run_time"] == 0, (row, noted)
