"""Tests of the databases of molecule search over HTTP: sources, options, loading, unloading and logs."""

from __future__ import annotations

import gzip
import json
import threading

import pytest
from emulator_floes import until

from orionclient.emulator import Server
from orionclient.emulator._handlers import molsearch_indexes

DATABASES, QUERIES = "/api/v1/molsearch/databases/", "/api/v1/molsearch/queries/"
COLLECTIONS, DATASETS = "/api/v1/storage/collections/", "/api/v1/storage/datasets/"


def make_dataset(caller, *titles):
    made = caller.post(DATASETS, json={"name": "data"}).json()
    lines = "".join(f"CCO {title}\n" for title in titles).encode()
    assert caller.put(f"{DATASETS}{made['id']}/upload?format=smi", content=lines).status_code == 200
    return made["id"]


def add_records(caller, dataset, *titles, **fields):
    lines = "".join(json.dumps({"Title": title, **fields}) + "\n" for title in titles).encode()
    headers = {"Content-Type": "application/x-ndjson"}
    assert caller.post(f"{DATASETS}{dataset}/records/", content=lines, headers=headers).status_code == 200


def make_collection(caller, shards, *, closed=True):
    """Make a collection of shards with these names and contents; returns its URL and the ids of the shards."""
    made = caller.post(COLLECTIONS, json={"name": "prepared"}).json()
    url, ids = f"{COLLECTIONS}{made['id']}/", []
    for name, content in shards:
        shard = caller.post(f"{url}shards/", json={"name": name}).json()["id"]
        assert caller.put(f"{url}shards/{shard}/upload/", content=content).status_code == 200
        assert caller.post(f"{url}shards/{shard}/close/").status_code == 200
        ids.append(shard)
    if closed:
        caller.post(f"{url}close/")
        until(lambda: caller.get(url).json(), lambda found: found["state"] == "ready")
    return made["id"], ids


def create(caller, **body):
    response = caller.post(DATABASES, json=body)
    assert response.status_code == 201, response.content
    return await_rest(caller, response.json()["id"])


def await_rest(caller, database):
    return until(lambda: caller.get(f"{DATABASES}{database}/").json(), lambda found: found["state"] != "LOADING")


def change(caller, database, verb):
    response = caller.post(f"{DATABASES}{database}/{verb}/")
    assert response.status_code == 200, response.content
    return response.json()


def ask(caller, database, *titles):
    body = {"query_type": "title", "database": database, "parameters": {"titles": titles}}
    return caller.post(QUERIES, json=body)


def find(caller, database, *titles):
    """Return the query and its hits."""
    response = ask(caller, database, *titles)
    assert response.status_code == 201, response.content
    url = f"{QUERIES}{response.json()['id']}/"
    query = until(lambda: caller.get(url).json(), lambda found: found["state"] not in {"QUEUED", "RUNNING"})
    return query, caller.get(f"{url}hits/").json()["results"]


def read_log(caller, database, **query):
    response = caller.get(f"{DATABASES}{database}/logs/", params=query)
    return response.content.decode(), int(response.headers["X-Orion-Log-Offset"])


def count_contents(server):
    return sum(each.is_file() for each in (server.folder / "blobs").rglob("*"))


@pytest.fixture
def held(monkeypatch):
    """Hold loading at its end until the first event is set; the second is set when it is there."""
    gate, reached, write = threading.Event(), threading.Event(), molsearch_indexes._write_index

    def write_and_wait(*args):
        written = write(*args)
        reached.set()
        assert gate.wait(60)
        return written

    monkeypatch.setattr(molsearch_indexes, "_write_index", write_and_wait)
    yield gate, reached
    gate.set()


def test_loading_copies_the_records_and_unloading_removes_them(fresh, connect, rejected):
    ada = connect(fresh)
    dataset = make_dataset(ada, "first", "second")
    before = count_contents(fresh)
    database = create(ada, dataset=dataset, name="drugs")
    assert (database["state"], database["count"], count_contents(fresh)) == ("LOADED", 2, before + 1)

    add_records(ada, dataset, "third")
    assert [hit["record"] for hit in find(ada, database["id"], "second", "third")[1]] == [2]

    unloaded = change(ada, database["id"], "unload")
    assert (unloaded["state"], unloaded["count"], count_contents(fresh)) == ("UNLOADED", 0, before)
    queries = ada.get(QUERIES).json()["count"]
    command = f"`ocli molsearch db load {database['id']}`"
    assert ask(ada, database["id"], "second") == rejected(409, "database_not_loaded", "is UNLOADED", command)
    assert ada.get(QUERIES).json()["count"] == queries

    assert change(ada, database["id"], "load")["state"] == "LOADING"
    assert await_rest(ada, database["id"])["count"] == 3
    assert [hit["record"] for hit in find(ada, database["id"], "second", "third")[1]] == [2, 3]
    assert ada.delete(f"{DATABASES}{database['id']}/").status_code == 204
    assert count_contents(fresh) == before


def test_loading_and_unloading_again_have_no_effect(ada):
    database = create(ada, dataset=make_dataset(ada, "first"))
    log = read_log(ada, database["id"])
    assert change(ada, database["id"], "load") == database
    assert read_log(ada, database["id"]) == log
    unloaded = change(ada, database["id"], "unload")
    log = read_log(ada, database["id"])
    assert change(ada, database["id"], "unload") == unloaded
    assert read_log(ada, database["id"]) == log


def test_the_log_has_times_and_counts(ada):
    dataset = make_dataset(ada, "first", "second")
    add_records(ada, dataset, "without a molecule")
    database = create(ada, dataset=dataset)["id"]
    log, end = read_log(ada, database)
    assert (log[-1], len(log)) == ("\n", end)
    times, words = zip(*(line.split(" ", 1) for line in log.splitlines()), strict=True)
    assert all(len(time) == 27 for time in times)
    assert words[0] == f"Loading the dataset {dataset}."
    assert words[1].startswith("Loaded 3 records, 2 with a molecule, in 0.")
    change(ada, database, "unload")
    rest, last = read_log(ada, database, offset=end)
    assert (rest[28:], last) == ("ada unloads the database.\n", end + len(rest))
    assert read_log(ada, database, offset=last + 7) == ("", last)


def test_a_database_of_a_collection(ada, grace):
    binary = ada.get(f"{DATASETS}{make_dataset(ada, 'from records')}/download/?format=binary").content
    shards = [
        ("one.smi", b"CCO ethanol\nC methane\n"),
        ("two.SMI.GZ", gzip.compress(b"CC ethane\n")),
        ("third", binary),
    ]
    collection, ids = make_collection(ada, shards)
    database = create(ada, collection=collection, project=3)
    assert (database["state"], database["reason"], database["count"]) == ("LOADED", "", 4)
    assert (database["dataset"], database["collection"]) == (None, collection)
    # Who can read the database can search it, without access to the collection.
    query, hits = find(grace, database["id"], "ethane", "from records", "methane")
    assert query["state"] == "SUCCESS"
    assert hits == [
        {"rank": 1, "dataset": None, "shard": ids[0], "record": 2, "title": "methane", "score": None},
        {"rank": 2, "dataset": None, "shard": ids[1], "record": 3, "title": "ethane", "score": None},
        {"rank": 3, "dataset": None, "shard": ids[2], "record": 4, "title": "from records", "score": None},
    ]
    listed = lambda **filters: [each["id"] for each in ada.get(DATABASES, params=filters).json()["results"]]  # noqa: E731
    assert listed(collection=collection) == [database["id"]]
    assert database["id"] not in listed(dataset=collection)

    assert ada.delete(f"{COLLECTIONS}{collection}/").status_code == 204
    query, _ = find(grace, database["id"], "ethane")
    assert query["reason"] == f"The collection {collection} of the database was deleted."
    change(ada, database["id"], "unload")
    change(ada, database["id"], "load")
    assert await_rest(ada, database["id"])["reason"] == query["reason"]


def test_a_shard_that_cannot_be_read_is_the_reason(ada):
    collection, ids = make_collection(ada, [("good.smi", b"C methane\n"), ("bad.sdf", b"no molecule"), ("c", b"words")])
    database = create(ada, collection=collection)
    assert (database["state"], database["count"]) == ("ERROR", 0)
    assert database["reason"].startswith(f"The shard {ids[1]} ('bad.sdf'), line 1: ")
    assert read_log(ada, database["id"])[0].endswith(f" {database['reason']}\n")
    assert f"`ocli molsearch db load {database['id']}`" in ask(ada, database["id"], "x").json()["detail"]


def test_what_goes_wrong_while_loading_is_the_reason(ada, monkeypatch):
    def fail(*args):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(molsearch_indexes, "_write_index", fail)
    database = create(ada, dataset=make_dataset(ada, "first"))
    assert (database["state"], database["reason"]) == ("ERROR", "Loading failed: unforeseen")


def test_invalid_databases_are_rejected(ada, grace, rejected):
    dataset, (collection, _) = make_dataset(ada, "first"), make_collection(ada, [], closed=False)
    before = ada.get(DATABASES).json()["count"]
    for body, code, words in (
        ({}, "unprocessable", "a dataset or a collection"),
        ({"dataset": dataset, "collection": collection}, "unprocessable", "not both"),
        ({"dataset": dataset, "gpu": 1}, "unprocessable", "no GPU"),
        ({"dataset": dataset, "server_is_remote": True}, "unprocessable", "no remote servers"),
    ):
        assert ada.post(DATABASES, json=body) == rejected(422, code, words)
    for option in ("pools", "memory_mb", "disk_space", "cpu"):
        assert ada.post(DATABASES, json={"dataset": dataset, option: 0}).status_code == 400
    assert ada.post(DATABASES, json={"collection": collection}) == rejected(409, "collection_not_ready", "is open")
    assert grace.post(DATABASES, json={"collection": collection}) == rejected(403, "forbidden")
    assert ada.get(DATABASES).json()["count"] == before


def test_options_are_stored_updated_and_bound_the_index(ada, rejected):
    options = {
        "pools": 2,
        "memory_mb": 1,
        "disk_space": 9,
        "cpu": 2,
        "gpu": 0,
        "instance_type": "m5",
        "server_is_remote": False,
    }
    dataset = make_dataset(ada, "first")
    add_records(ada, dataset, *map(str, range(1100)), Text="x" * 1000)
    database = create(ada, dataset=dataset, **options)
    assert {name: database[name] for name in options} == options
    assert (database["state"], "more than memory_mb = 1 MiB" in database["reason"]) == ("ERROR", True)
    url = f"{DATABASES}{database['id']}/"
    changed = ada.patch(url, json={"name": "renamed", "memory_mb": 2, "cpu": 4}).json()
    assert changed == {**database, "name": "renamed", "memory_mb": 2, "cpu": 4}
    assert ada.patch(url, json={"name": "x", "gpu": 1}) == rejected(422, "unprocessable", "no GPU")
    assert ada.get(url).json() == changed
    change(ada, database["id"], "load")
    loaded = await_rest(ada, database["id"])
    assert (loaded["state"], loaded["reason"], loaded["count"]) == ("LOADED", "", 1101)


def test_unloading_cancels_the_loading(fresh, connect, held):
    ada = connect(fresh)
    dataset = make_dataset(ada, "first")
    before = count_contents(fresh)
    database = ada.post(DATABASES, json={"dataset": dataset}).json()["id"]
    detail = ask(ada, database, "first").json()["detail"]
    assert f"{database} is LOADING" in detail
    assert f"`ocli molsearch db wait {database}`" in detail
    gate, reached = held
    assert reached.wait(60)
    change(ada, database, "unload")
    add_records(ada, dataset, "second")
    # The second loading begins after the first, whose result is not stored.
    change(ada, database, "load")
    gate.set()
    assert await_rest(ada, database)["count"] == 2
    change(ada, database, "unload")
    assert count_contents(fresh) == before


def test_sharing_lets_others_search_and_read_but_not_change(ada, grace, rejected):
    database = create(ada, dataset=make_dataset(ada, "first"))
    url = f"{DATABASES}{database['id']}/"
    assert grace.get(f"{url}logs/") == rejected(403, "forbidden")
    shared = ada.post(
        f"/api/v1/shares/molsearch_database/{database['id']}/", json={"target_type": "user", "target_id": 2}
    )
    assert shared.status_code == 204
    assert grace.get(f"{url}logs/").content.decode() == read_log(ada, database["id"])[0]
    assert len(find(grace, database["id"], "first")[1]) == 1
    for response in (grace.post(f"{url}load/"), grace.post(f"{url}unload/"), grace.patch(url, json={"name": "x"})):
        assert response == rejected(403, "forbidden", "read-only")
    assert ada.get(url).json() == database


def test_a_restart_keeps_what_is_loaded_and_loads_the_rest(fresh, connect):
    ada = connect(fresh)
    loaded = create(ada, dataset=make_dataset(ada, "first"))
    unloaded = create(ada, dataset=loaded["dataset"])
    change(ada, unloaded["id"], "unload")
    old = create(ada, dataset=loaded["dataset"])
    with fresh._require().stack.store.write_transaction() as db:
        # As in folders of older versions.
        db.execute("UPDATE molsearch_databases SET blob = NULL WHERE id = ?", (old["id"],))
    log = read_log(ada, loaded["id"])
    fresh.stop()
    with Server(fresh.folder) as server:
        ada = connect(server)
        assert await_rest(ada, old["id"]) == old
        assert ada.get(f"{DATABASES}{loaded['id']}/").json() == loaded
        assert ada.get(f"{DATABASES}{unloaded['id']}/").json()["state"] == "UNLOADED"
        assert read_log(ada, loaded["id"]) == log
        for database in (loaded, old):
            assert [hit["title"] for hit in find(ada, database["id"], "first")[1]] == ["first"]


def test_a_stop_during_the_loading_leaves_it_to_the_next_start(fresh, connect, monkeypatch):
    write = molsearch_indexes._write_index

    def stop_and_write(stack, *args):
        assert stack.slow._stopping.wait(60)
        return write(stack, *args)

    monkeypatch.setattr(molsearch_indexes, "_write_index", stop_and_write)
    monkeypatch.setattr(molsearch_indexes, "_BATCH", 1)
    ada = connect(fresh)
    database = ada.post(DATABASES, json={"dataset": make_dataset(ada, "first")}).json()["id"]
    until(lambda: read_log(ada, database)[1], bool)
    fresh.stop()
    monkeypatch.undo()
    with Server(fresh.folder) as server:
        ada = connect(server)
        assert await_rest(ada, database)["state"] == "LOADED"
        log, _ = read_log(ada, database)
        assert [line.split()[1] for line in log.splitlines()] == ["Loading", "Loading", "Loaded"]
