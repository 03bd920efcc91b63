"""Tests of idempotency keys: an operation is executed once per key, also across threads, restarts and kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from helpers.canary import allow_token

from orionclient.emulator import Server
from orionclient.emulator._http.call import Call
from orionclient.emulator._http.idempotency import RETENTION_SECONDS, IdempotencyKeys
from orionclient.emulator.faults import reset_after, stall

DATASETS = "/api/v1/storage/datasets/"
FILES = "/api/v3/storage/files/"
RECORDS = b'{"Title":"ethanol"}\n{"Title":"benzene"}\n'
NDJSON = {"Content-Type": "application/x-ndjson"}


def create(client, key, path=DATASETS, **body):
    return client.post(path, json=body or {"name": "x"}, headers={"Idempotency-Key": key} if key else {})


def add(client, key, number=1, content=RECORDS):
    return client.post(f"{DATASETS}{number}/records/", content=content, headers={**NDJSON, "Idempotency-Key": key})


def count(client, path=DATASETS):
    return client.get(path).json()["count"]


def test_the_server_announces_it(fresh, connect):
    response = connect(fresh, None).get("/api/versions/")
    assert response.json()["features"] == ["idempotency-keys"]
    ada = connect(fresh)
    rejected = [ada.get("/nowhere"), ada.get("/", headers={"Host": "x"}), connect(fresh, None).get("/api/v1/users/me/")]
    assert {each.headers["X-Orion-Features"] for each in [response, *rejected]} == {"idempotency-keys"}


@pytest.mark.parametrize("path", [DATASETS, FILES])
def test_the_same_request_again_gets_the_same_response(fresh, connect, path):
    ada = connect(fresh)
    first, second = create(ada, "k", path), create(ada, "k", path)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert count(ada, path) == 1
    seen = fresh.faults.requests("create_dataset" if path == DATASETS else "create_file")
    assert [(each.ran, each.replayed, each.idempotency_key) for each in seen] == [
        (True, False, "k"),
        (False, True, "k"),
    ]


def test_the_response_is_the_stored_one_even_when_things_moved_on(fresh, connect):
    ada = connect(fresh)
    first = create(ada, "k")
    ada.patch(f"{DATASETS}1/", json={"name": "changed"})
    assert create(ada, "k").json() == first.json()
    ada.delete(f"{DATASETS}1/?immediate=true")
    assert create(ada, "k").json() == first.json()
    assert count(ada) == 0


def test_records_are_added_once(fresh, connect):
    ada = connect(fresh)
    create(ada, None)
    responses = [add(ada, "k") for _ in range(3)]
    assert [each.json()["count"] for each in responses] == [2, 2, 2]
    assert [each.headers.get("Idempotent-Replayed") for each in responses] == [None, "true", "true"]
    assert ada.get(f"{DATASETS}1/").json()["count"] == 2
    ada.delete(f"{DATASETS}1/")
    assert add(ada, "k").json()["count"] == 2


def test_without_a_key_nothing_is_stored(fresh, connect):
    ada = connect(fresh)
    assert [create(ada, None).json()["id"] for _ in range(2)] == [1, 2]


def test_another_key_user_or_operation_is_another_request(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    body = {"name": "x", "project": 3}
    responses = [create(ada, "k", **body), create(ada, "l", **body), create(grace, "k", **body)]
    assert [each.json()["id"] for each in responses] == [1, 2, 3]
    assert create(ada, "k", FILES, **body).status_code == 201
    assert {each.headers.get("Idempotent-Replayed") for each in responses} == {None}


@pytest.mark.parametrize("body", [{"name": "y"}, {"name": "x", "description": ""}, {"name": "x", "project": 1}])
def test_another_body_under_the_key_is_rejected(fresh, connect, rejected, body):
    ada = connect(fresh)
    create(ada, "k")
    assert create(ada, "k", **body) == rejected(422, "idempotency_key_reused")
    assert create(ada, "k").headers["Idempotent-Replayed"] == "true"
    assert count(ada) == 1


def test_the_same_body_in_another_order_is_the_same(fresh, connect):
    ada = connect(fresh)
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    first = ada.post(DATASETS, content=b'{"name": "\xc3\xa4", "description": "d"}', headers=headers)
    second = ada.post(DATASETS, content=b'{"description":"d","name":"\\u00e4"}', headers=headers)
    assert first.content == second.content
    assert count(ada) == 1


def test_other_records_and_another_dataset_are_another_request(fresh, connect, rejected):
    ada = connect(fresh)
    create(ada, None)
    create(ada, None)
    add(ada, "k")
    assert add(ada, "k", content=RECORDS + RECORDS) == rejected(422, "idempotency_key_reused")
    assert add(ada, "k", number=2) == rejected(422, "idempotency_key_reused")
    assert [ada.get(f"{DATASETS}{number}/").json()["count"] for number in (1, 2)] == [2, 0]


def test_a_rejected_request_leaves_its_key_free(fresh, connect, rejected):
    ada = connect(fresh)
    assert create(ada, "k", name="x", project=2) == rejected(403, "forbidden")
    assert create(ada, "k", nme="x") == rejected(400, "bad_body")
    assert create(ada, "k").status_code == 201
    assert add(ada, "k", content=b"{") == rejected(422, "unprocessable")
    assert add(ada, "k", number=9) == rejected(404, "not_found")
    assert add(ada, "k").json()["count"] == 2


@pytest.mark.parametrize("key", ["", "a b", "k" * 201, "ä".encode("latin-1")])
def test_keys_that_are_rejected(fresh, connect, rejected, key):
    response = connect(fresh).post(DATASETS, json={"name": "x"}, headers={"Idempotency-Key": key})
    assert response == rejected(400, "bad_parameter", "Idempotency-Key")


@pytest.mark.parametrize(
    "key",
    ["!", "~" * 200, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "'; DROP TABLE idempotency_keys; --".replace(" ", "")],
)
def test_keys_that_are_taken(fresh, connect, key):
    ada = connect(fresh)
    assert create(ada, key).content == create(ada, key).content


def test_a_lost_response_is_found_again(fresh, connect):
    ada = connect(fresh)
    fresh.faults.script("create_dataset", [reset_after(), reset_after()])
    for _ in range(2):
        with pytest.raises(httpx.ReadError):
            create(ada, "k")
    assert create(ada, "k").json()["id"] == 1
    assert count(ada) == 1
    assert fresh.faults.effects("create_dataset") == 1


def test_while_the_first_runs_the_second_waits(fresh, connect, rejected, monkeypatch):
    entered, go_on = threading.Event(), threading.Event()
    record = IdempotencyKeys._record

    def slowly(*args):
        entered.set()
        assert go_on.wait(20)
        record(*args)

    monkeypatch.setattr(IdempotencyKeys, "_record", slowly)
    ada = connect(fresh)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(create, ada, "k")
        assert entered.wait(20)
        second = create(ada, "k")
        go_on.set()
        assert first.result().status_code == 201
    assert second == rejected(409, "idempotency_key_in_use")
    assert second.headers["Retry-After"] == "1"
    assert create(ada, "k").headers["Idempotent-Replayed"] == "true"
    assert count(ada) == 1


def test_eight_threads_with_one_key(fresh, connect):
    ada = connect(fresh)
    barrier = threading.Barrier(8)

    def work(_):
        barrier.wait()
        while (response := create(ada, "k")).status_code == 409:
            time.sleep(0.01)
        return response.json()["id"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [1] * 8
    assert count(ada) == 1


def test_a_failure_before_the_key_is_recorded_undoes_the_effect(fresh, connect, monkeypatch):
    ada = connect(fresh)
    create(ada, None)
    with monkeypatch.context() as patch:
        patch.setattr(IdempotencyKeys, "_record", lambda *_: 1 / 0)
        assert create(ada, "k").status_code == 500
        assert add(ada, "k").status_code == 500
    assert count(ada) == 1
    assert ada.get(f"{DATASETS}1/").json()["count"] == 0
    assert create(ada, "k").json()["id"] == 2
    assert add(ada, "k").json()["count"] == 2


def test_keys_survive_a_restart(tmp_path, connect):
    with Server(tmp_path, seed="demo") as server:
        first = create(connect(server), "k")
    with Server(tmp_path) as server:
        ada = connect(server)
        assert create(ada, "k").content == first.content
        assert count(ada) == 1


def test_keys_are_kept_for_a_day(tmp_path, connect):
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        create(ada, "old")
        create(ada, "young")
        with server._require().stack.store.write_transaction() as db:
            age = "UPDATE idempotency_keys SET created = created - ? WHERE key = ?"
            db.execute(age, (RETENTION_SECONDS + 5, "old"))
            db.execute(age, (RETENTION_SECONDS - 600, "young"))
    with Server(tmp_path) as server:
        ada = connect(server)
        assert create(ada, "young").json()["id"] == 2
        assert create(ada, "old").json()["id"] == 3
        assert count(ada) == 3


def test_old_keys_go_while_the_server_runs(fresh, connect):
    ada = connect(fresh)
    create(ada, "old")
    store = fresh._require().stack.store
    with store.write_transaction() as db:
        db.execute("UPDATE idempotency_keys SET created = created - ?", (RETENTION_SECONDS + 5,))
    create(ada, "new")
    with store.read_transaction() as db:
        assert [row["key"] for row in db.execute("SELECT key FROM idempotency_keys")] == ["new"]


def test_an_operation_without_json_takes_no_key(fresh):
    store = fresh._require().stack.store
    keys = IdempotencyKeys(store)
    with pytest.raises(TypeError, match="its response must be JSON"), store.write_transaction() as db:
        keys._record(db, (1, "delete_file", "k"), b"", None)


def test_a_handler_that_only_reads_and_one_that_reads_what_it_wrote(fresh):
    stack = fresh._require().stack
    operation = next(each for each in stack.operations if each.id == "create_dataset")
    user = stack.credentials.authenticate(fresh.issue_token("ada"))

    def handler(call):
        with call.stack.store.read_transaction() as db:
            before = db.execute("SELECT count(*) FROM meta WHERE name = 'x'").fetchone()[0]
        if call.body:
            with call.stack.store.write_transaction() as db:
                db.execute("INSERT INTO meta VALUES ('x', 'y')")
        with call.stack.store.read_transaction() as db:
            return {"counts": [before, db.execute("SELECT count(*) FROM meta WHERE name = 'x'").fetchone()[0]]}

    call = Call(stack, operation, "/", [], {}, {}, user)
    keys = IdempotencyKeys(stack.store)
    assert keys.run(handler, call, "a") == ({"counts": [0, 0]}, False)
    assert keys.run(handler, call, "a") == ({"counts": [0, 0]}, True)
    assert keys.run(handler, replace(call, body={"w": 1}), "b") == ({"counts": [0, 1]}, False)


# ---------------------------------------------------------------- kills

SERVER = """
import os, pathlib, signal, sys, threading, time
from orionclient.emulator import Server
from orionclient.emulator._http.app import _OperationRoute
from orionclient.emulator._http.idempotency import IdempotencyKeys
record, respond = IdempotencyKeys._record, _OperationRoute._build_response
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the record":
    IdempotencyKeys._record = kill
if sys.argv[2] == "before the commit":
    IdempotencyKeys._record = lambda *args: (record(*args), kill())
if sys.argv[2] == "before the response":
    _OperationRoute._build_response = lambda self, response: kill() if self._operation.method == "POST" else respond(self, response)
with Server(pathlib.Path(sys.argv[1]), seed="demo") as server:
    print(server.url, server.issue_token("ada"), flush=True)
    sys.stdin.read()
"""


class Process:
    """A server in a process of its own, which may die."""

    def __init__(self, folder, when):
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(folder), when],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with allow_token("a separate server process passes its token to the test"):
            url, token = self.process.stdout.readline().split()
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, verify=False, timeout=120)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.kill()
        self.process.communicate()


@pytest.mark.parametrize(
    ("when", "kept"), [("before the record", 0), ("before the commit", 0), ("before the response", 1)]
)
def test_a_kill_leaves_effect_and_key_or_neither(tmp_path, connect, when, kept):
    with Process(tmp_path, when) as killed:
        with pytest.raises(httpx.TransportError):
            create(killed.client, "k")
        assert killed.process.wait(20) == -signal.SIGKILL
    with Server(tmp_path) as server:
        ada = connect(server)
        assert count(ada) == kept
        responses = [create(ada, "k") for _ in range(2)]
        assert count(ada) == 1
        assert responses[0].content == responses[1].content
        assert add(ada, "r").json()["count"] == add(ada, "r").json()["count"] == 2


def test_kills_at_any_moment_lose_and_double_nothing(tmp_path, connect):
    done, chance = {}, random.Random(7)
    keys = [f"key-{number}" for number in range(400)]
    for _ in range(3):
        with Process(tmp_path, "never") as killed:
            timer = threading.Timer(0.05 + chance.random() / 3, killed.process.kill)
            timer.start()
            try:
                for key in keys:
                    response = create(killed.client, key, name=key)
                    assert response.status_code == 201
                    assert done.setdefault(key, response.json()) == response.json()
            except httpx.TransportError:
                pass
            timer.join()
    with Server(tmp_path) as server:
        ada = connect(server)
        for key in keys:
            response = create(ada, key, name=key).json()
            assert done.setdefault(key, response) == response
        assert count(ada) == len(keys)
        assert json.dumps(ada.get(f"{DATASETS}?limit=1000").json()).count('"key-') == len(keys)


def test_a_stalled_first_try_and_a_second_one(fresh, connect):
    ada = connect(fresh)
    fresh.faults.script("create_dataset", [stall(30, applied=True), "pass"])
    with pytest.raises(httpx.ReadTimeout):
        ada.post(DATASETS, json={"name": "x"}, headers={"Idempotency-Key": "k"}, timeout=2)
    assert create(ada, "k").headers["Idempotent-Replayed"] == "true"
    assert count(ada) == 1


def test_work_in_the_background_begins_after_the_transaction(fresh, connect, monkeypatch):
    ada = connect(fresh)
    dataset = ada.post("/api/v1/storage/datasets/", json={"name": "searched"}).json()["id"]
    seen = []

    def load(stack, number):
        # On a connection of its own, with what made it necessary in the database.
        with stack.store.read_transaction() as db:
            seen.append(
                (stack.store, db.execute("SELECT state FROM molsearch_databases WHERE id = ?", (number,)).fetchone()[0])
            )

    monkeypatch.setattr("orionclient.emulator._handlers.molsearch_indexes.load", load)
    body = {"name": "database", "dataset": dataset}
    for _ in range(2):
        response = ada.post("/api/v1/molsearch/databases/", json=body, headers={"Idempotency-Key": "once"})
        assert response.status_code == 201, response.text
    end = time.monotonic() + 120
    while not seen:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert [(type(store).__name__, state) for store, state in seen] == [("Store", "LOADING")]
