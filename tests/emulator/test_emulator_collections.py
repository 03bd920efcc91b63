"""Tests of collections over HTTP: opening, closing, soft delete and purging."""

from __future__ import annotations

import json
import sqlite3
import threading
import time

import pytest

from orionclient.emulator import Server
from orionclient.emulator._handlers import collections

COLLECTIONS = "/api/v1/storage/collections/"
LARGEST = {"text": "ä" * 131_065 + "xxxx"}


def make(caller, **fields):
    response = caller.post(COLLECTIONS, json=fields)
    assert response.status_code == 201, response.text
    return response.json()


def make_url(caller, **fields):
    return f"{COLLECTIONS}{make(caller, **fields)['id']}/"


def add(caller, url, state="open", **fields):
    """A shard in a state."""
    shard = caller.post(f"{url}shards/", json=fields).json()
    if state != "open":
        assert caller.put(f"{url}shards/{shard['id']}/upload/", content=b"content").status_code == 200
    if state == "ready":
        assert caller.post(f"{url}shards/{shard['id']}/close/").status_code == 200
    return shard["id"]


def add_many(server, number, count, state="temporary"):
    """Shards without content, past the wire."""
    with server._require().stack.store.write_transaction() as db:
        db.executemany(
            "INSERT INTO shards (id, collection, name, state, created, metadata) VALUES (?, ?, '', ?, '', '{}')",
            [(1_000_000 + step, number, state) for step in range(count)],
        )


def ids(response):
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["results"]]


def kept(folder):
    return len(list((folder / "blobs" / "kept").iterdir()))


def wait_for(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def wait_ready(caller, url):
    wait_for(lambda: caller.get(url).json()["state"] == "ready")
    return caller.get(url).json()


@pytest.fixture
def held(fresh):
    """The background of the fresh server does nothing before this is set."""
    release = threading.Event()
    fresh._require().stack.work.submit(release.wait)
    yield release
    release.set()


def test_life(ada):
    shown = make(ada, name="run 7", metadata={"job": 7, "steps": [1, {"ä": None}]}, description="d", project=3)
    url = f"{COLLECTIONS}{shown['id']}/"
    assert shown["created"].endswith("Z")
    assert shown == {
        "id": shown["id"],
        "name": "run 7",
        "state": "open",
        "metadata": {"job": 7, "steps": [1, {"ä": None}]},
        "version": 1,
        "shard_count": 0,
        "created": shown["created"],
        "owner": 1,
        "project": 3,
        "description": "d",
        "path": None,
        "location": "/project/3/team",
        "deleted": "",
    }
    assert ada.get(url).json() == shown
    good, *_ = add(ada, url, "ready"), add(ada, url, "temporary"), add(ada, url)
    assert ada.get(url).json()["shard_count"] == 3
    response = ada.post(f"{url}close/")
    assert (response.status_code, response.json()) == (200, {**shown, "state": "processing", "shard_count": 3})
    assert wait_ready(ada, url) == {**shown, "state": "ready", "shard_count": 1}
    assert ids(ada.get(f"{url}shards/")) == [good]
    assert ada.post(f"{url}open/").json() == {**shown, "state": "open", "shard_count": 1}
    again = add(ada, url, "ready")
    ada.post(f"{url}close/")
    assert wait_ready(ada, url)["shard_count"] == 2
    assert ids(ada.get(f"{url}shards/")) == [good, again]


def test_all_fields_are_optional(ada, rejected):
    shown = make(ada)
    assert (shown["name"], shown["metadata"], shown["version"], shown["project"]) == ("", {}, 1, 1)
    assert make(ada, version=2)["version"] == 2
    for version in (0, 3, "1", None):
        assert ada.post(COLLECTIONS, json={"version": version}) == rejected(400, "bad_body", "version")
    for field in ({"name": None}, {"name": "x" * 256}, {"metadata": None}, {"metadata": []}, {"state": "ready"}):
        assert ada.post(COLLECTIONS, json=field) == rejected(400, "bad_body", next(iter(field)))


def test_closing_drops_what_is_not_ready(fresh, connect):
    ada = connect(fresh)
    url, other = make_url(ada), make_url(ada)
    states = ("ready", "temporary", "open", "temporary", "ready")
    numbers = [add(ada, url, state) for state in states]
    left = add(ada, other, "temporary")
    assert kept(fresh.folder) == 5
    ada.post(f"{url}close/")
    assert wait_ready(ada, url)["shard_count"] == 2
    wait_for(lambda: kept(fresh.folder) == 3)
    for number, state in zip(numbers, states, strict=True):
        assert ada.get(f"{url}shards/{number}/").status_code == (200 if state == "ready" else 404)
    assert ada.get(f"{other}shards/{left}/").json()["state"] == "temporary"
    assert ada.get(other).json()["state"] == "open"


def test_retrying_changes_nothing(fresh, connect, held):
    ada = connect(fresh)
    url = make_url(ada)
    assert ada.post(f"{url}open/").json() == ada.get(url).json()
    for _ in range(2):
        assert ada.post(f"{url}close/").json()["state"] == "processing"
    held.set()
    shown = wait_ready(ada, url)
    assert ada.post(f"{url}close/").json() == shown
    assert ada.get(url).json() == shown
    for _ in range(2):
        assert ada.post(f"{url}open/").json()["state"] == "open"


def test_what_other_states_reject(fresh, connect, held, rejected):
    ada = connect(fresh)
    url = make_url(ada)
    ada.post(f"{url}close/")
    assert ada.post(f"{url}open/") == rejected(409, "collection_busy", "collection 1 is processing", "ready")
    assert ada.patch(url, json={"name": "processed"}).json()["name"] == "processed"
    held.set()
    wait_ready(ada, url)
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("UPDATE collections SET state = 'error'")
    assert ada.post(f"{url}open/") == rejected(409, "collection_busy", "is error")
    assert ada.post(f"{url}close/") == rejected(409, "collection_busy", "is error")
    assert ada.get(f"{url}shards/").json()["count"] == 0


def test_many_are_dropped_and_removed_in_batches(fresh, connect, monkeypatch):
    ada = connect(fresh)
    url = make_url(ada)
    good = add(ada, url, "ready")
    steps = []
    step = collections._delete_batch
    monkeypatch.setattr(collections, "_delete_batch", lambda db, number: steps.append(1) or step(db, number))
    add_many(fresh, 1, 1201)
    assert ada.post(f"{url}close/").json()["shard_count"] == 1202
    assert wait_ready(ada, url)["shard_count"] == 1
    assert ids(ada.get(f"{url}shards/")) == [good]
    assert len(steps) == 3
    add_many(fresh, 1, 1201, "ready")
    assert ada.get(url).json()["shard_count"] == 1202
    assert ada.delete(f"{url}?immediate=true").status_code == 204
    wait_for(lambda: ada.get(url).status_code == 404)
    assert len(steps) == 6
    wait_for(lambda: kept(fresh.folder) == 0)
    with fresh._require().stack.store.read_transaction() as db:
        assert db.execute("SELECT count(*) FROM shards").fetchone()[0] == 0


def test_one_that_is_being_deleted(fresh, connect, held, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    url = make_url(ada, name="large", project=3)
    number = add(ada, url, "ready")
    add_many(fresh, 1, 600, "ready")
    ada.post("/api/v1/tags/collection/1/", json={"tags": ["t"]})
    ada.post("/api/v1/shares/collection/1/", json={"target_type": "user", "target_id": 2})
    assert ada.delete(f"{url}?immediate=true").status_code == 204
    shown = grace.get(url).json()
    assert (shown["state"], shown["name"], shown["shard_count"]) == ("deleting", "large", 101)
    assert ids(ada.get(f"{COLLECTIONS}?state=deleting")) == [1]
    shards = f"{url}shards/"
    for response in (
        ada.patch(url, json={"name": "x"}),
        ada.post(f"{url}open/"),
        ada.post(f"{url}close/"),
        ada.get(shards),
        ada.post(shards, json={}),
        ada.get(f"{shards}{number}/"),
        ada.patch(f"{shards}{number}/", json={"name": "x"}),
        ada.delete(f"{shards}{number}/"),
        ada.put(f"{shards}{number}/upload/", content=b""),
        ada.get(f"{shards}{number}/download/"),
        ada.post(f"{shards}{number}/close/"),
    ):
        assert response == rejected(409, "collection_busy", "collection 1 is being deleted")
    held.set()
    wait_for(lambda: ada.get(url).status_code == 404)
    assert ada.delete(f"{url}?immediate=true") == rejected(404, "not_found", "collection 1 does not exist")
    wait_for(lambda: kept(fresh.folder) == 0)
    with fresh._require().stack.store.read_transaction() as db:
        for table in ("collections", "shards", "tags", "shares WHERE kind = 'collection'"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
    assert make(ada)["id"] == 2


def test_deleting_twice_and_into_the_trash(fresh, connect, held):
    ada = connect(fresh)
    url = make_url(ada)
    add_many(fresh, 1, 1600)
    for _ in range(2):
        assert ada.delete(f"{url}?immediate=true").status_code == 204
    assert ada.get(url).json()["shard_count"] == 600
    assert ada.delete(url).status_code == 204
    assert ada.get(url).status_code == 404
    held.set()
    wait_for(lambda: ada.get(f"{COLLECTIONS}?deleted=true").json()["count"] == 0)


def test_one_is_deleted_while_it_is_closed(fresh, connect, held):
    ada = connect(fresh)
    url = make_url(ada)
    add_many(fresh, 1, 600)
    ada.post(f"{url}close/")
    ada.delete(f"{url}?immediate=true")
    assert ada.get(url).json()["state"] == "deleting"
    held.set()
    wait_for(lambda: ada.get(url).status_code == 404)


def test_a_small_one_is_deleted_at_once(fresh, connect, held):
    ada = connect(fresh)
    url = make_url(ada)
    add(ada, url, "ready")
    add(ada, url, "temporary")
    assert ada.delete(f"{url}?immediate=true").status_code == 204
    assert ada.get(url).status_code == 404
    assert kept(fresh.folder) == 0
    assert not held.is_set()


def test_trash(ada, rejected):
    url = make_url(ada, name="old")
    number = add(ada, url, "ready")
    assert ada.delete(url).status_code == 204
    for response in (
        ada.get(url),
        ada.patch(url, json={"name": "x"}),
        ada.post(f"{url}open/"),
        ada.post(f"{url}close/"),
        ada.delete(url),
        ada.get(f"{url}shards/"),
        ada.post(f"{url}shards/", json={}),
        ada.get(f"{url}shards/{number}/"),
        ada.get(f"{url}shards/{number}/download/"),
        ada.put(f"{url}shards/{number}/upload/", content=b""),
        ada.delete(f"{url}shards/{number}/"),
    ):
        assert response == rejected(404, "not_found", f"collection {url.split('/')[-2]} does not exist")
    trashed = ada.get(f"{COLLECTIONS}?deleted=true&name=old").json()["results"]
    assert [item["name"] for item in trashed] == ["old"]
    assert trashed[0]["deleted"].endswith("Z")
    assert ada.delete(f"{url}?immediate=true").status_code == 204
    assert ada.get(f"{COLLECTIONS}?deleted=true&name=old").json()["count"] == 0


def test_permissions(ada, grace, rejected):
    url = make_url(ada, project=1)
    number = add(ada, url, "temporary")
    shard = f"{url}shards/{number}/"
    reading = (url, f"{url}shards/", shard, f"{shard}download/")

    def writing():
        return (
            grace.patch(url, json={"name": "x"}),
            grace.delete(url),
            grace.delete(f"{url}?immediate=true"),
            grace.post(f"{url}open/"),
            grace.post(f"{url}close/"),
            grace.post(f"{url}shards/", json={}),
            grace.patch(shard, json={"name": "x"}),
            grace.delete(shard),
            grace.put(f"{shard}upload/", content=b"x"),
            grace.post(f"{shard}close/"),
        )

    for response in (*(grace.get(path) for path in reading), *writing()):
        assert response == rejected(403, "forbidden", "not a member")
    assert url.split("/")[-2] not in map(str, ids(grace.get(f"{COLLECTIONS}?limit=1000")))
    ada.post(f"/api/v1/shares/collection/{url.split('/')[-2]}/", json={"target_type": "user", "target_id": 2})
    assert url.split("/")[-2] in map(str, ids(grace.get(f"{COLLECTIONS}?limit=1000")))
    assert grace.get(f"{shard}download/").content == b"content"
    for path in reading:
        assert grace.get(path).status_code == 200
    for response in writing():
        assert response == rejected(403, "forbidden", "read-only")
    ada.patch(url, json={"project": 3})
    assert grace.post(f"{shard}close/").json()["state"] == "ready"


def test_changing(ada, rejected):
    url = make_url(ada, name="a", metadata={"x": 1, "y": 2}, path="/runs")
    assert ada.patch(url, json={"metadata": {"z": [3]}}).json()["metadata"] == {"z": [3]}
    shown = ada.patch(url, json={"name": "", "description": "words"}).json()
    assert (shown["name"], shown["description"], shown["metadata"]) == ("", "words", {"z": [3]})
    assert shown["path"] == "/runs"
    assert ada.patch(url, json={"project": 3}).json()["path"] is None
    assert ada.patch(url, json={"state": "ready"}) == rejected(400, "bad_body", "state")
    assert ada.patch(url, json={"version": 2}) == rejected(400, "bad_body", "version")


def test_metadata_up_to_256_kb(ada, rejected):
    assert len(json.dumps(LARGEST, ensure_ascii=False, separators=(",", ":")).encode()) == collections.MAX_METADATA + 1
    fits = {"text": LARGEST["text"][:-1]}
    url = make_url(ada, metadata=fits)
    assert ada.get(url).json()["metadata"] == fits
    words = ("262145 bytes", "maximum is 262144")
    assert ada.post(COLLECTIONS, json={"metadata": LARGEST}) == rejected(422, "metadata_too_large", *words)
    assert ada.patch(url, json={"metadata": LARGEST}) == rejected(422, "metadata_too_large", *words)
    assert ada.patch(url, json={"metadata": {}}).json()["metadata"] == {}


def test_listing(fresh, connect):
    ada = connect(fresh)
    names = ["alpha", "beta", "Alphabet"]
    for name in names:
        make(ada, name=name, path="/runs" if name == "beta" else "/")
    ada.post(f"{COLLECTIONS}2/close/")
    wait_ready(ada, f"{COLLECTIONS}2/")
    ada.post("/api/v1/tags/collection/3/", json={"tags": ["good"]})
    page = ada.get(f"{COLLECTIONS}?limit=2").json()
    assert (page["count"], [item["id"] for item in page["results"]]) == (3, [1, 2])
    assert ids(ada.get(page["next"])) == [3]
    assert ids(ada.get(f"{COLLECTIONS}?state=ready")) == [2]
    assert ids(ada.get(f"{COLLECTIONS}?state=open&name=alpha")) == [1, 3]
    assert ids(ada.get(f"{COLLECTIONS}?state=melted")) == []
    assert ids(ada.get(f"{COLLECTIONS}?tags=good")) == [3]
    assert ids(ada.get(f"{COLLECTIONS}?path=/runs")) == [2]
    assert ids(ada.get(f"{COLLECTIONS}?project=3")) == []
    ada.post(
        "/api/v1/folders/assignments/",
        json={"assignments": [{"resource_type": "collection", "id": 1, "path": "/runs"}]},
    )
    assert ids(ada.get(f"{COLLECTIONS}?path=/runs")) == [1, 2]
    assert ids(ada.get(f"{COLLECTIONS}?offset=1")) == [2, 3]


def test_a_key_makes_one(ada):
    made = [ada.post(COLLECTIONS, json={"name": "k"}, headers={"Idempotency-Key": "c1"}).json() for _ in range(2)]
    assert made[0] == made[1]


def test_closing_takes_its_time(tmp_path, connect):
    with Server(tmp_path, seed="demo", processing=0.3) as server:
        ada = connect(server)
        urls = [make_url(ada) for _ in range(4)]
        add(ada, urls[0])
        began = time.monotonic()
        for url in urls:
            ada.post(f"{url}close/")
        for url in urls:
            assert wait_ready(ada, url)["shard_count"] == 0
            assert time.monotonic() - began >= 0.3


def test_a_stop_does_not_wait_and_the_next_start_resumes(tmp_path, connect):
    with Server(tmp_path, seed="demo", processing=3600) as server:
        ada = connect(server)
        url = make_url(ada)
        number = add(ada, url, "ready")
        add(ada, url, "temporary")
        ada.post(f"{url}close/")
        began = time.monotonic()
        # A collection that waits for its due time does not block other background work.
        other = make_url(ada)
        add_many(server, 2, 1100)
        ada.delete(f"{other}?immediate=true")
        wait_for(lambda: ada.get(other).status_code == 404)
        assert ada.get(url).json()["state"] == "processing"
    assert time.monotonic() - began < 60
    assert kept(tmp_path) == 2
    with Server(tmp_path) as server:
        ada = connect(server)
        assert wait_ready(ada, url)["shard_count"] == 1
        assert ids(ada.get(f"{url}shards/")) == [number]
        wait_for(lambda: kept(tmp_path) == 1)


def test_the_next_start_resumes_deletion(tmp_path, connect):
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        url, other = make_url(ada), make_url(ada)
        add(ada, url, "ready")
        ada.post("/api/v1/tags/collection/1/", json={"tags": ["t"]})
        left = add(ada, other, "ready")
        add_many(server, 1, 1200)
    # As a crash in the middle leaves it.
    with sqlite3.connect(tmp_path / "orion.sqlite") as db:
        db.execute("UPDATE collections SET state = 'deleting' WHERE id = 1")
        db.execute("DELETE FROM shards WHERE id BETWEEN 1000000 AND 1000100")
    db.close()
    with Server(tmp_path, processing=3600) as server:
        ada = connect(server)
        wait_for(lambda: ada.get(url).status_code == 404)
        wait_for(lambda: kept(tmp_path) == 1)
        assert ada.get(f"{other}shards/{left}/download/").content == b"content"
        with server._require().stack.store.read_transaction() as db:
            assert db.execute("SELECT count(*) FROM shards").fetchone()[0] == 1
            assert db.execute("SELECT count(*) FROM tags").fetchone()[0] == 0
