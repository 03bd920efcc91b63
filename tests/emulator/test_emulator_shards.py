"""Tests of shards over HTTP: creating, uploading, closing, listing and deleting, also concurrently."""

from __future__ import annotations

import base64
import hashlib
import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from orionclient.emulator import Server
from orionclient.emulator._handlers import collections, shards
from orionclient.emulator._store.blobs import Blobs

COLLECTIONS = "/api/v1/storage/collections/"
STATES = ("open", "temporary", "ready")


def make_url(caller, **fields):
    response = caller.post(COLLECTIONS, json=fields)
    assert response.status_code == 201, response.text
    return f"{COLLECTIONS}{response.json()['id']}/shards/"


def make(caller, url, **fields):
    response = caller.post(url, json=fields)
    assert response.status_code == 201, response.text
    return response.json()


def upload(caller, url, number, content=b"content", **headers):
    return caller.put(f"{url}{number}/upload/", content=content, headers=headers)


def filled(caller, url, state, **fields):
    """The id of a shard in a state."""
    number = make(caller, url, **fields)["id"]
    if state != "open":
        assert upload(caller, url, number).status_code == 200
    if state == "ready":
        assert caller.post(f"{url}{number}/close/").status_code == 200
    return number


def close_collection(caller, url):
    collection = url.removesuffix("shards/")
    caller.post(f"{collection}close/")
    wait_for(lambda: caller.get(collection).json()["state"] == "ready")


def wait_for(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def ids(response):
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["results"]]


def kept(server):
    found = set()
    for path in (server.folder / "blobs" / "kept").iterdir():
        with suppress(FileNotFoundError):  # the background may remove it just now
            found.add(path.read_bytes())
    return found


@pytest.fixture
def url(ada):
    """The shards of an open collection of project 3."""
    return make_url(ada, project=3)


def test_life(ada, grace, url):
    shown = make(ada, url, name="part 1", metadata={"index": 1, "of": [2, None]})
    number = shown["id"]
    assert shown["created"].endswith("Z")
    assert shown == {
        "id": number,
        "id_str": str(number),
        "collection": int(url.split("/")[-3]),
        "name": "part 1",
        "state": "open",
        "size": 0,
        "metadata": {"index": 1, "of": [2, None]},
        "created": shown["created"],
        "sha256": None,
    }
    assert grace.get(f"{url}{number}/").json() == shown
    digest = hashlib.sha256(b"content").hexdigest()
    response = upload(ada, url, number)
    there = {**shown, "state": "temporary", "size": 7, "sha256": digest}
    assert (response.status_code, response.json()) == (200, there)
    assert grace.get(f"{url}{number}/download/").content == b"content"
    response = grace.post(f"{url}{number}/close/")
    assert (response.status_code, response.json()) == (200, {**there, "state": "ready"})
    assert ada.get(f"{url}{number}/").json() == {**there, "state": "ready"}
    assert ada.delete(f"{url}{number}/").status_code == 204
    for response in (ada.get(f"{url}{number}/"), ada.get(f"{url}{number}/download/"), ada.delete(f"{url}{number}/")):
        assert response.status_code == 404


def test_all_fields_are_optional(ada, url, rejected):
    shown = make(ada, url)
    assert (shown["name"], shown["metadata"]) == ("", {})
    for field in ({"name": None}, {"name": "x" * 256}, {"metadata": None}, {"metadata": "{}"}, {"size": 3}):
        assert ada.post(url, json=field) == rejected(400, "bad_body", next(iter(field)))


def test_ids(fresh, connect, rejected):
    ada = connect(fresh)
    first, second, other = make_url(ada), make_url(ada, version=2), make_url(ada, version=2)
    assert [make(ada, first)["id"] for _ in range(3)] == [1, 2, 3]
    large = [make(ada, place)["id"] for place in (second, other, second)]
    assert large == [2**53 + 1, 2**53 + 3, 2**53 + 5]
    assert all(int(float(number)) != number for number in large)
    assert make(ada, second)["id_str"] == str(2**53 + 7)
    assert ada.get(f"{second}{large[2]}/").json()["id"] == large[2]
    assert upload(ada, second, large[2], b"large").json()["id"] == large[2]
    assert ada.get(f"{second}{large[2]}/download/").content == b"large"
    words = f"The shard {large[1]} of collection 2 does not exist"
    for response in (
        ada.get(f"{second}{large[1]}/"),
        upload(ada, second, large[1]),
        ada.delete(f"{second}{large[1]}/"),
    ):
        assert response == rejected(404, "not_found", words)
    # Ids of deleted shards are never reused.
    ada.delete(f"{first}3/")
    ada.delete(f"{other}{large[1]}/")
    assert make(ada, first)["id"] == 4
    assert make(ada, other)["id"] == 2**53 + 9


def test_ids_survive_a_restart(tmp_path, connect):
    for expected in (2**53 + 1, 2**53 + 3):
        with Server(tmp_path, seed="demo") as server:
            ada = connect(server)
            assert make(ada, make_url(ada, version=2))["id"] == expected


def test_empty_content(ada, url):
    number = make(ada, url)["id"]
    shown = upload(ada, url, number, b"").json()
    assert (shown["state"], shown["size"], shown["sha256"]) == ("temporary", 0, hashlib.sha256(b"").hexdigest())
    response = ada.get(f"{url}{number}/download/")
    assert (response.content, response.headers["Content-Length"]) == (b"", "0")
    assert ada.post(f"{url}{number}/close/").json()["state"] == "ready"


def test_replacing_until_it_is_closed(fresh, connect, rejected):
    ada = connect(fresh)
    url = make_url(ada)
    number = make(ada, url)["id"]
    for content in (b"first", b"second and longer", b"third"):
        assert upload(ada, url, number, content).json()["size"] == len(content)
        assert ada.get(f"{url}{number}/download/").content == content
        assert kept(fresh) == {content}
    ada.post(f"{url}{number}/close/")
    assert upload(ada, url, number, b"third") == rejected(409, "shard_ready", f"shard {number} is ready")
    assert ada.get(f"{url}{number}/download/").content == b"third"
    assert kept(fresh) == {b"third"}
    assert not list((fresh.folder / "blobs" / "staging").iterdir())


def test_without_content(ada, url, rejected):
    number = make(ada, url)["id"]
    assert ada.get(f"{url}{number}/download/") == rejected(409, "conflict", f"shard {number} has no content yet")
    assert ada.post(f"{url}{number}/close/") == rejected(409, "shard_empty", f"shard {number} has no content yet")
    assert ada.get(f"{url}{number}/").json()["state"] == "open"


def test_digests(ada, url, rejected):
    number = make(ada, url)["id"]
    digest = hashlib.sha256(b"content")
    header = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert upload(ada, url, number, b"other", **{"Content-Digest": header}) == rejected(400, "digest_mismatch")
    assert ada.get(f"{url}{number}/").json()["state"] == "open"
    assert upload(ada, url, number, **{"Content-Digest": header}).json()["sha256"] == digest.hexdigest()
    response = ada.get(f"{url}{number}/download/")
    assert response.headers["Content-Length"] == "7"
    assert response.headers["Repr-Digest"] == header
    assert response.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_closing_again_changes_nothing(ada, url):
    number = filled(ada, url, "ready")
    shown = ada.get(f"{url}{number}/").json()
    assert ada.post(f"{url}{number}/close/").json() == shown
    close_collection(ada, url)
    # The response to the first may have been lost.
    response = ada.post(f"{url}{number}/close/")
    assert (response.status_code, response.json()) == (200, shown)


def test_only_an_open_collection_changes(tmp_path, connect, rejected):
    with Server(tmp_path, seed="demo", processing=3600) as server:
        ada = connect(server)
        url = make_url(ada)
        empty, half, good = (filled(ada, url, state) for state in STATES)
        ada.post(f"{COLLECTIONS}1/close/")
        words = "The collection 1 is processing; only an open collection "
        assert ada.post(url, json={}) == rejected(409, "collection_not_open", f"{words}accepts shards.")
        for number in (empty, half, good):
            assert upload(ada, url, number) == rejected(409, "collection_not_open", f"{words}accepts content")
            assert ada.delete(f"{url}{number}/") == rejected(409, "collection_not_open", "deleted")
        for number in (empty, half):
            assert ada.post(f"{url}{number}/close/") == rejected(409, "collection_not_open", "closed")
        assert [ada.get(f"{url}{number}/").json()["state"] for number in (empty, half, good)] == list(STATES)
        assert ids(ada.get(url)) == [empty, half, good]
        assert ada.get(f"{url}{half}/download/").content == b"content"
        assert ada.patch(f"{url}{half}/", json={"name": "x"}).json()["name"] == "x"


def test_a_ready_collection_only_reads(ada, url, rejected):
    number = filled(ada, url, "ready")
    close_collection(ada, url)
    for response in (ada.post(url, json={}), upload(ada, url, number), ada.delete(f"{url}{number}/")):
        assert response == rejected(409, "collection_not_open", "is ready; only an open collection")
    assert ada.get(f"{url}{number}/download/").content == b"content"
    changed = ada.patch(f"{url}{number}/", json={"name": "late", "metadata": {"a": 1}}).json()
    assert (changed["name"], changed["metadata"], changed["state"]) == ("late", {"a": 1}, "ready")
    assert ids(ada.get(url)) == [number]


def test_an_upload_that_the_closing_overtakes(fresh, connect, rejected):
    ada = connect(fresh)
    url = make_url(ada)
    number = filled(ada, url, "temporary")

    def content():
        yield b"new"
        # The server has started to read the body, so it has found the shard.
        wait_for(lambda: any((fresh.folder / "blobs" / "staging").iterdir()))
        close_collection(ada, url)
        yield b"content"

    # The shard was dropped while its new content came; nothing of it stays.
    assert upload(ada, url, number, content()) == rejected(404, "not_found", f"The shard {number} of collection")
    wait_for(lambda: kept(fresh) == set())


def test_an_upload_that_another_closing_overtakes(fresh, connect, rejected):
    ada = connect(fresh)
    url = make_url(ada)
    number = filled(ada, url, "temporary")

    def content():
        yield b"new"
        ada.post(f"{url}{number}/close/")
        yield b"content"

    assert upload(ada, url, number, content()) == rejected(409, "shard_ready")
    assert kept(fresh) == {b"content"}


def test_a_rejected_upload_is_not_read(fresh, connect, rejected):
    ada = connect(fresh)
    url = make_url(ada)
    number = filled(ada, url, "ready")
    response = ada.put(f"{url}{number}/upload/", content=b"x", headers={"Content-Digest": f"sha-256=:{'A' * 43}=:"})
    assert response == rejected(409, "shard_ready")


def test_changing(ada, url, rejected):
    number = make(ada, url, name="a", metadata={"x": 1})["id"]
    assert ada.patch(f"{url}{number}/", json={"name": "b"}).json()["metadata"] == {"x": 1}
    shown = ada.patch(f"{url}{number}/", json={"metadata": {"y": 2.5}}).json()
    assert (shown["name"], shown["metadata"]) == ("b", {"y": 2.5})
    assert ada.patch(f"{url}{number}/", json={}).json() == shown
    assert ada.patch(f"{url}{number}/", json={"state": "ready"}) == rejected(400, "bad_body", "state")


def test_metadata_up_to_256_kb(ada, url, rejected):
    fits, large = ({"t": "x" * (collections.MAX_METADATA - rest)} for rest in (8, 7))
    number = make(ada, url, metadata=fits)["id"]
    assert ada.get(f"{url}{number}/").json()["metadata"] == fits
    words = ("262145 bytes", "maximum is 262144")
    assert ada.post(url, json={"metadata": large}) == rejected(422, "metadata_too_large", *words)
    assert ada.patch(f"{url}{number}/", json={"metadata": large}) == rejected(422, "metadata_too_large", *words)
    assert ada.get(url).json()["count"] == 1


@pytest.mark.parametrize("version", [1, 2])
def test_paging(ada, version, rejected):
    url = make_url(ada, version=version)
    numbers = [make(ada, url, name=f"Part {step}")["id"] for step in range(7)]
    page, seen, pages = ada.get(f"{url}?limit=3").json(), [], 1
    seen += [item["id"] for item in page["results"]]
    while page["next"]:
        page, pages = ada.get(page["next"]).json(), pages + 1
        assert page["count"] == 7
        seen += [item["id"] for item in page["results"]]
    assert (seen, pages) == (numbers, 3)
    page = ada.get(f"{url}?limit=2&offset=3").json()
    assert (page["count"], [item["id"] for item in page["results"]]) == (7, numbers[3:5])
    assert ids(ada.get(page["next"])) == numbers[5:]
    assert ids(ada.get(f"{url}?offset=7")) == ids(ada.get(f"{url}?offset={2**63 - 1}")) == []
    assert ada.get(f"{page['next']}&offset=1") == rejected(400, "bad_parameter", "offset", "cursor")
    assert ada.get(f"{url}?offset=-1") == rejected(400, "bad_parameter", "offset")
    assert ids(ada.get(f"{url}?name=part%205")) == [numbers[5]]
    assert ids(ada.get(f"{url}?name=PART&offset=2&limit=1")) == [numbers[2]]
    assert ada.get(f"{url}?name=part%205").json()["count"] == 1


def test_states(ada, url):
    numbers = {state: [] for state in STATES}
    for step in range(9):
        numbers[STATES[step % 3]].append(filled(ada, url, STATES[step % 3], name=f"n{step}"))
    everything = sorted(itertools.chain(*numbers.values()))
    for size in (1, 2, 3):
        for states in itertools.permutations(STATES, size):
            page = ada.get(url, params={"state": states, "limit": 2}).json()
            found = [item["id"] for item in page["results"]]
            while page["next"]:
                assert page["count"] == 3 * size
                page = ada.get(page["next"]).json()
                found += [item["id"] for item in page["results"]]
            assert found == [number for number in everything if any(number in numbers[state] for state in states)]
    assert ids(ada.get(url, params={"state": ["ready", "melted"], "name": "n2"})) == [numbers["ready"][0]]
    assert ada.get(url, params={"state": "melted"}).json() == {"count": 0, "next": None, "results": []}


@pytest.mark.parametrize("states", [states for size in range(4) for states in itertools.combinations(STATES, size)])
def test_every_page_is_found_by_an_index(server, states):
    listing = shards._build_query(list(states))
    listing.narrow("collection = ?", 1)
    with server._require().stack.store.read_transaction() as db:
        query = f"SELECT * FROM {listing.table} {listing.where('(id) > (?)')} ORDER BY id LIMIT 10"
        (step,) = db.execute(f"EXPLAIN QUERY PLAN {query}", (*listing.values, 1)).fetchall()
    # A single step means no sorting: the index is searched from where the last page ended.
    assert step["detail"].startswith("SEARCH shards USING INDEX")
    assert "id>?)" in step["detail"]


def test_shard_counts(fresh, connect):
    ada = connect(fresh)
    url, other = make_url(ada), make_url(ada)
    numbers = [filled(ada, url, state) for state in STATES * 2]
    filled(ada, other, "ready")
    ada.delete(f"{url}{numbers[0]}/")
    ada.delete(f"{url}{numbers[5]}/")
    upload(ada, url, numbers[4], b"again")
    assert ada.get(f"{COLLECTIONS}1/").json()["shard_count"] == 4
    counts = [ada.get(f"{url}?state={state}").json()["count"] for state in STATES]
    assert counts == [1, 2, 1]
    assert ada.get(f"{COLLECTIONS}2/").json()["shard_count"] == 1


def test_a_key_makes_one(ada, url):
    made = [ada.post(url, json={"name": "k"}, headers={"Idempotency-Key": "s1"}).json() for _ in range(2)]
    assert made[0] == made[1]
    assert ada.get(url).json()["count"] == 1


def test_deleting_takes_the_content_along(fresh, connect):
    ada = connect(fresh)
    url = make_url(ada)
    for state in STATES:
        assert ada.delete(f"{url}{filled(ada, url, state)}/").status_code == 204
    assert kept(fresh) == set()


def test_content_survives_a_restart_and_orphans_do_not(tmp_path, connect):
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        url = make_url(ada)
        numbers = [filled(ada, url, state) for state in STATES]
        (tmp_path / "blobs" / "kept" / "orphan").write_bytes(b"orphan")
    with Server(tmp_path) as server:
        ada = connect(server)
        assert kept(server) == {b"content"}
        assert len(list((tmp_path / "blobs" / "kept").iterdir())) == 2
        assert ada.get(f"{url}{numbers[1]}/download/").content == b"content"


def test_content_is_replaced_just_before_it_is_opened(fresh, connect, monkeypatch):
    ada = connect(fresh)
    url = make_url(ada)
    number = filled(ada, url, "temporary")
    opened, names = Blobs.open, []

    def late(blobs, name):
        names.append(name)
        if len(names) == 1:
            upload(ada, url, number, b"new")
        return opened(blobs, name)

    monkeypatch.setattr(Blobs, "open", late)
    response = ada.get(f"{url}{number}/download/")
    assert (response.status_code, response.content, len(names)) == (200, b"new", 2)


def test_lost_content_is_a_failure_of_the_server(fresh, connect):
    ada = connect(fresh)
    url = make_url(ada)
    number = filled(ada, url, "temporary")
    for path in (fresh.folder / "blobs" / "kept").iterdir():
        path.unlink()
    assert ada.get(f"{url}{number}/download/").status_code == 500


@pytest.mark.parametrize("version", [1, 2])
def test_eight_threads_at_once(fresh, connect, version):
    ada = connect(fresh)
    url = make_url(ada, version=version)

    def work(thread):
        done = {}
        for step in range(12):
            content = f"{thread} {step}".encode() * 100
            number = make(ada, url, name=f"{thread}-{step}")["id"]
            if step % 4:
                assert upload(ada, url, number, content).status_code == 200
            if step % 4 > 1:
                assert ada.post(f"{url}{number}/close/").json()["state"] == "ready"
                done[number] = content
            if step % 4 == 3:
                assert ada.delete(f"{url}{number}/").status_code == 204
                del done[number]
        return done

    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(work, range(8)))
    done = {number: content for part in parts for number, content in part.items()}
    assert len(done) == 8 * 3
    assert ada.get(f"{COLLECTIONS}1/").json()["shard_count"] == 8 * 9
    counts = [ada.get(url, params={"state": state}).json()["count"] for state in STATES]
    assert counts == [24, 24, 24]
    close_collection(ada, url)
    assert ids(ada.get(f"{url}?limit=1000")) == sorted(done)
    for number, content in done.items():
        assert ada.get(f"{url}{number}/download/").content == content
    wait_for(lambda: kept(fresh) == set(done.values()))
