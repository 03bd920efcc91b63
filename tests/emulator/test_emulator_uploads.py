"""Tests of multipart uploads: part order, replacement, truncation, concurrency, completion, abort and kills."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from helpers.canary import allow_token

from orionclient.emulator import Server
from orionclient.emulator._http.call import Limits
from orionclient.emulator._store.blobs import Blobs
from orionclient.emulator._store.parts import Parts

FILES, COLLECTIONS, UPLOADS = "/api/v3/storage/files/", "/api/v1/storage/collections/", "/api/v3/storage/uploads/"
SIZE = 100
LENGTH = 10 * SIZE + 7
CONTENT = random.Random(6).randbytes(LENGTH)


def sha(data):
    return hashlib.sha256(data)


def wait_for(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def cut(content=CONTENT, size=SIZE):
    """The parts of a content by number."""
    return {1 + start // size: content[start : start + size] for start in range(0, len(content), size)}


def whole(parts):
    """The body that completes these parts."""
    digests = b"".join(sha(parts[number]).digest() for number in sorted(parts))
    return {"size": sum(map(len, parts.values())), "digest": sha(digests).hexdigest()}


def made(response):
    assert response.status_code == 201, response.text
    return response.json()


def file_of(caller, **fields):
    return made(caller.post(FILES, json={"name": "x", **fields}))["id"]


def begin(caller, number, size=LENGTH, part_size=SIZE, **fields):
    body = {"resource_type": "file", "resource_id": number, "size": size, "part_size": part_size, **fields}
    return made(caller.post(UPLOADS, json=body))


def put(caller, upload, number, data, **headers):
    return caller.put(f"{UPLOADS}{upload}/parts/{number}", content=data, headers=headers)


def send(caller, upload, parts):
    for number, data in parts.items():
        response = put(caller, upload, number, data)
        assert response.status_code == 200, response.text


def complete(caller, upload, parts):
    return caller.post(f"{UPLOADS}{upload}/complete", json=whole(parts))


def there(caller, upload):
    """Numbers and digests of the parts that the server has."""
    response = caller.get(f"{UPLOADS}{upload}/parts/?limit=1000").json()
    assert response["count"] == len(response["results"])
    return {part["number"]: part["sha256"] for part in response["results"]}


def expected(parts):
    return {number: sha(data).hexdigest() for number, data in parts.items()}


def blobs(server):
    return [path for path in (server.folder / "blobs").rglob("*") if path.is_file()]


def writers(server):
    return server._running.stack.parts._writers


def content_of(caller, number):
    return caller.get(f"{FILES}{number}/download").content


def shard_of(caller, **fields):
    collection = made(caller.post(COLLECTIONS, json=fields))["id"]
    return collection, made(caller.post(f"{COLLECTIONS}{collection}/shards/", json={}))["id"]


class Slow:
    """A part whose second half is sent on request."""

    def __init__(self, caller, upload, number, data):
        self.go = threading.Event()
        self._given = (caller, upload, number, data)
        self._pool = ThreadPoolExecutor(1)
        self.response = self._pool.submit(self._send)

    def _send(self):
        caller, upload, number, data = self._given
        return put(caller, upload, number, self._body(data))

    def _body(self, data):
        yield data[: len(data) // 2]
        assert self.go.wait(120)
        yield data[len(data) // 2 :]

    def end(self):
        self.go.set()
        self._pool.shutdown()
        return self.response.result()


# ---------------------------------------------------------------- the usual way


def test_parts_in_any_order_become_the_content(fresh, connect):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    ada.put(f"{FILES}{number}/upload", content=b"old")
    upload = begin(ada, number)
    assert (upload["state"], upload["received"], upload["presigned"], upload["collection"]) == ("open", 0, False, None)
    shuffled = list(parts)
    random.Random(1).shuffle(shuffled)
    for given in shuffled:
        digest = base64.b64encode(sha(parts[given]).digest()).decode()
        response = put(ada, upload["id"], given, parts[given], **{"Content-Digest": f"sha-256=:{digest}:"})
        assert response.json() == {"number": given, "size": len(parts[given]), "sha256": sha(parts[given]).hexdigest()}
        assert content_of(ada, number) == b"old"
    assert there(ada, upload["id"]) == expected(parts)
    assert ada.get(f"{UPLOADS}{upload['id']}/").json() == {**upload, "received": len(CONTENT)}
    assert len(blobs(fresh)) == 2
    done = complete(ada, upload["id"], parts)
    assert (done.status_code, done.json()) == (200, {**upload, "received": len(CONTENT), "state": "complete"})
    assert content_of(ada, number) == CONTENT
    shown = ada.get(f"{FILES}{number}/").json()
    assert (shown["state"], shown["size"], shown["sha256"]) == ("ready", len(CONTENT), sha(CONTENT).hexdigest())
    # The file with the parts is the content now, and the old one is gone.
    assert [path.read_bytes() for path in blobs(fresh)] == [CONTENT]


def test_completing_again_is_harmless_and_brings_nothing_back(fresh, connect, rejected):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, parts)
    first = complete(ada, upload, parts)
    assert complete(ada, upload, parts).json() == first.json()
    ada.put(f"{FILES}{number}/upload", content=b"newer")
    assert complete(ada, upload, parts).json() == first.json()
    assert content_of(ada, number) == b"newer"
    wrong = {**whole(parts), "digest": "0" * 64}
    assert ada.post(f"{UPLOADS}{upload}/complete", json=wrong) == rejected(422, "digest_mismatch")
    assert put(ada, upload, 1, parts[1]) == rejected(409, "upload_complete")
    assert ada.post(f"{UPLOADS}{upload}/targets", json={"numbers": [1]}) == rejected(409, "not_presigned")
    # The record goes, the content stays.
    assert ada.delete(f"{UPLOADS}{upload}/").status_code == 204
    assert content_of(ada, number) == b"newer"


@pytest.mark.parametrize(
    ("size", "part_size", "count"), [(1, 1, 1), (10_000, 1, 10_000), (10, 5 * 1024**3, 1), (10, 5, 2)]
)
def test_part_sizes(ada, size, part_size, count):
    upload = begin(ada, file_of(ada), size, part_size)["id"]
    last = b"x" * (size - (count - 1) * part_size)
    assert put(ada, upload, count, last).status_code == 200
    assert put(ada, upload, count + 1, last).status_code == (400 if count == 10_000 else 422)


def test_more_parts_than_allowed(ada, rejected):
    body = {"resource_type": "file", "resource_id": file_of(ada), "size": 10_001, "part_size": 1}
    assert ada.post(UPLOADS, json=body) == rejected(422, "too_many_parts", "10001")


def test_what_an_upload_is_not_made_of(ada, rejected):
    number = file_of(ada)
    good = {"resource_type": "file", "resource_id": number, "size": 1, "part_size": 1}
    for change in ({"size": 0}, {"part_size": 0}, {"size": 5 * 1024**3 + 1}, {"collection": None}):
        assert ada.post(UPLOADS, json={**good, **change}) == rejected(400, "bad_body"), change
    for change in ({"collection": 1}, {"resource_type": "shard"}):
        assert ada.post(UPLOADS, json={**good, **change}) == rejected(422, "unprocessable", "collection"), change
    assert ada.post(UPLOADS, json={**good, "resource_type": "dataset"}) == rejected(400, "bad_body")
    assert ada.post(UPLOADS, json={**good, "resource_id": 2**60}) == rejected(404, "not_found")
    assert ada.get(f"{UPLOADS}{2**60}/") == rejected(404, "not_found")


def test_the_limit_of_the_server(tmp_path, connect, rejected):
    with Server(tmp_path, seed="demo", limits=Limits(upload=1000)) as server:
        ada = connect(server)
        body = {"resource_type": "file", "resource_id": file_of(ada), "size": 1001, "part_size": 1000}
        assert ada.post(UPLOADS, json=body) == rejected(413, "too_large", "1000")
        assert blobs(server) == []


def test_a_key_makes_one_upload(fresh, connect):
    ada = connect(fresh)
    body = {"resource_type": "file", "resource_id": file_of(ada), "size": 10, "part_size": 10}
    responses = [ada.post(UPLOADS, json=body, headers={"Idempotency-Key": "once"}).json() for _ in range(2)]
    assert responses[0] == responses[1]
    assert ada.get(UPLOADS).json()["count"] == len(blobs(fresh)) == 1


def test_listing(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    shared, alone = file_of(ada, project=3), file_of(ada)
    collection, shard = shard_of(ada, name="c", project=3)
    uploads = [begin(ada, shared), begin(ada, alone, 1, 1)]
    uploads.append(begin(ada, shard, resource_type="shard", collection=collection))
    send(ada, uploads[1]["id"], {1: b"x"})
    complete(ada, uploads[1]["id"], {1: b"x"})

    def listed(caller, **query):
        return [each["id"] for each in caller.get(UPLOADS, params=query).json()["results"]]

    ids = [each["id"] for each in uploads]
    assert listed(ada) == ids
    assert listed(grace) == [ids[0], ids[2]]
    assert listed(ada, resource_type="file") == ids[:2]
    assert listed(ada, resource_type="shard", resource_id=shard) == ids[2:]
    assert listed(ada, state="open", resource_type="file") == ids[:1]
    page = ada.get(UPLOADS, params={"limit": 2}).json()
    assert (page["count"], [each["id"] for each in ada.get(page["next"]).json()["results"]]) == (3, ids[2:])
    parts = ada.get(f"{UPLOADS}{ids[1]}/parts/").json()
    assert (parts["count"], parts["next"]) == (1, None)
    ada.delete(f"{FILES}{shared}/")
    assert listed(ada) == ids[1:]


# ---------------------------------------------------------------- parts that are not right


@pytest.mark.parametrize("number", [1, 11])
def test_a_part_of_another_length(fresh, connect, rejected, number):
    ada = connect(fresh)
    upload = begin(ada, file_of(ada))["id"]
    right = cut()[number]
    assert put(ada, upload, number, right[:-1]) == rejected(422, "wrong_part_size")
    assert put(ada, upload, number, right + b"x") == rejected(422, "wrong_part_size", "more")
    assert put(ada, upload, number, (chunk for chunk in (right, b"x"))) == rejected(422, "wrong_part_size", "more")
    assert put(ada, upload, number, b"") == rejected(422, "wrong_part_size")
    assert there(ada, upload) == {}
    assert writers(fresh) == {}


def test_what_rejects_a_replacement_keeps_the_part(fresh, connect, rejected):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, parts)
    wrong = base64.b64encode(sha(b"other").digest()).decode()
    other = b"o" * SIZE
    assert put(ada, upload, 3, other, **{"Content-Digest": f"sha-256=:{wrong}:"}) == rejected(400, "digest_mismatch")
    assert put(ada, upload, 3, other[1:]) == rejected(422, "wrong_part_size")
    slow = Slow(ada, upload, 3, other[:-2])
    assert slow.end() == rejected(422, "wrong_part_size")
    assert there(ada, upload) == expected(parts)
    assert complete(ada, upload, parts).status_code == 200
    assert content_of(ada, number) == CONTENT


def test_a_part_is_replaced(fresh, connect, rejected):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, parts)
    new = {**parts, 4: b"n" * SIZE, 11: b"l" * 7}
    send(ada, upload, {4: b"m" * SIZE, 11: new[11]})
    send(ada, upload, {4: new[4]})
    assert there(ada, upload) == expected(new)
    assert complete(ada, upload, parts) == rejected(422, "digest_mismatch")
    assert ada.get(f"{FILES}{number}/").json()["state"] == "uploading"
    assert complete(ada, upload, new).status_code == 200
    assert content_of(ada, number) == b"".join(new[each] for each in sorted(new))
    assert len(blobs(fresh)) == 1


def test_what_does_not_complete_changes_nothing(fresh, connect, rejected):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    ada.put(f"{FILES}{number}/upload", content=b"old")
    upload = begin(ada, number)["id"]
    send(ada, upload, {each: parts[each] for each in parts if each not in {2, 11}})
    before = ada.get(f"{FILES}{number}/").json(), ada.get(f"{UPLOADS}{upload}/").json()
    assert complete(ada, upload, parts) == rejected(409, "parts_missing", "2 parts")
    send(ada, upload, {each: parts[each] for each in (2, 11)})
    good = whole(parts)
    response = ada.post(f"{UPLOADS}{upload}/complete", json={**good, "digest": sha(CONTENT).hexdigest()})
    assert response == rejected(422, "digest_mismatch")
    assert ada.post(f"{UPLOADS}{upload}/complete", json={**good, "size": 7}) == rejected(422, "size_mismatch")
    assert ada.post(f"{UPLOADS}{upload}/complete", json={**good, "digest": "x"}) == rejected(400, "bad_body")
    assert (ada.get(f"{FILES}{number}/").json(), content_of(ada, number)) == (before[0], b"old")
    assert ada.get(f"{UPLOADS}{upload}/").json() == {**before[1], "received": len(CONTENT)}
    assert complete(ada, upload, parts).status_code == 200


@pytest.mark.parametrize("there_before", [False, True])
@pytest.mark.parametrize(
    "head", ["Content-Length: 100\r\n\r\nshort", "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"]
)
def test_a_cut_part_changes_nothing(fresh, connect, head, there_before):
    ada = connect(fresh)
    upload, parts = begin(ada, file_of(ada))["id"], cut()
    before = {2: parts[2]} if there_before else {}
    send(ada, upload, before)
    kept = len(blobs(fresh))
    port = int(fresh.url.rsplit(":", 1)[1])
    start = f"PUT {UPLOADS}{upload}/parts/2 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(f"{start}Authorization: {ada.headers['Authorization']}\r\n{head}".encode())
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    wait_for(lambda: not writers(fresh) and len(blobs(fresh)) == kept)
    assert there(ada, upload) == expected(before)
    send(ada, upload, parts)
    assert complete(ada, upload, parts).status_code == 200


def test_what_is_not_on_the_disk_is_not_acknowledged(fresh, connect, monkeypatch):
    ada = connect(fresh)
    upload, parts = begin(ada, file_of(ada))["id"], cut()

    def fail(_descriptor):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("orionclient.emulator._store.blobs.os.fsync", fail)
        assert put(ada, upload, 1, parts[1]).status_code == 500
    assert there(ada, upload) == {}
    send(ada, upload, {1: parts[1]})
    assert there(ada, upload) == expected({1: parts[1]})


# ---------------------------------------------------------------- several at once


def test_two_send_the_same_part_and_the_last_one_counts(fresh, connect):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, {each: parts[each] for each in parts if each != 5})
    slow = Slow(ada, upload, 5, parts[5])
    wait_for(lambda: writers(fresh))
    other = {**parts, 5: b"q" * SIZE}
    send(ada, upload, {5: other[5]})
    assert there(ada, upload) == expected(other)
    assert slow.end().status_code == 200
    assert there(ada, upload) == expected(parts)
    assert complete(ada, upload, parts).status_code == 200
    assert content_of(ada, number) == CONTENT
    assert len(blobs(fresh)) == 1


def test_a_first_sender_that_fails_leaves_the_part_of_the_second(fresh, connect, rejected):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, {each: parts[each] for each in parts if each != 5})
    slow = Slow(ada, upload, 5, b"z" * (SIZE - 1))
    wait_for(lambda: writers(fresh))
    send(ada, upload, {5: parts[5]})
    assert slow.end() == rejected(422, "wrong_part_size")
    wait_for(lambda: not writers(fresh))
    assert there(ada, upload) == expected(parts)
    assert complete(ada, upload, parts).status_code == 200
    assert content_of(ada, number) == CONTENT


def test_a_sender_that_is_too_slow_cannot_touch_the_content(fresh, connect, rejected):
    ada = connect(fresh)
    number, parts = file_of(ada), cut(b"a" * 3_000_000, 1_500_000)
    upload = begin(ada, number, 3_000_000, 1_500_000)["id"]
    send(ada, upload, {2: parts[2]})
    slow = Slow(ada, upload, 1, b"z" * 1_500_000)
    wait_for(lambda: writers(fresh))
    send(ada, upload, {1: parts[1]})
    assert complete(ada, upload, parts).status_code == 200
    assert slow.end().status_code == 409
    assert content_of(ada, number) == b"a" * 3_000_000
    assert len(blobs(fresh)) == 1


def test_racing_senders_leave_one_whole_part_of_each_number(fresh, connect):
    ada = connect(fresh)
    number = file_of(ada)
    size, count = 300_000, 4
    upload = begin(ada, number, size * count, size)["id"]
    barrier = threading.Barrier(8)

    def work(worker):
        chance = random.Random(worker)
        barrier.wait()
        for _ in range(6):
            response = put(ada, upload, 1 + chance.randrange(count), bytes([65 + worker]) * size)
            assert response.status_code == 200, response.text

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    letters = {sha(bytes([65 + worker]) * size).hexdigest(): bytes([65 + worker]) for worker in range(8)}
    parts = {each: letters[digest] * size for each, digest in there(ada, upload).items()}
    assert len(parts) == count
    assert complete(ada, upload, parts).status_code == 200
    assert content_of(ada, number) == b"".join(parts[each] for each in sorted(parts))
    assert len(blobs(fresh)) == 1


def test_completing_at_the_same_time(fresh, connect):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, parts)
    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda _: complete(ada, upload, parts), range(6)))
    assert {response.status_code for response in responses} == {200}
    assert {response.json()["state"] for response in responses} == {"complete"}
    assert content_of(ada, number) == CONTENT


def test_a_part_that_comes_once_more_during_the_completion_harms_nothing(fresh, connect, monkeypatch):
    ada = connect(fresh)
    number, parts = file_of(ada), cut()
    upload = begin(ada, number)["id"]
    send(ada, upload, parts)
    digest, settle_part, late = Blobs.digest, Parts._settle_part, []

    def slowly(self, name):
        # The row still names the copy of the part when the completion continues.
        monkeypatch.setattr(Parts, "_settle_part", lambda *_: None)
        late.append(put(ada, upload, 4, parts[4]).status_code)
        monkeypatch.setattr(Parts, "_settle_part", settle_part)
        return digest(self, name)

    monkeypatch.setattr(Blobs, "digest", slowly)
    assert complete(ada, upload, parts).status_code == 200
    assert (late, content_of(ada, number)) == ([200], CONTENT)
    assert len(blobs(fresh)) == 1


def test_aborted_while_a_part_comes(fresh, connect, rejected):
    ada = connect(fresh)
    upload = begin(ada, file_of(ada))["id"]
    slow = Slow(ada, upload, 1, cut()[1])
    wait_for(lambda: writers(fresh))
    assert ada.delete(f"{UPLOADS}{upload}/").status_code == 204
    assert slow.end() == rejected(404, "not_found")
    assert (blobs(fresh), writers(fresh)) == ([], {})


# ---------------------------------------------------------------- who, and when


def test_only_who_may_change_the_file(ada, grace, rejected):
    number = file_of(ada)
    upload = begin(ada, number)["id"]
    body = {"resource_type": "file", "resource_id": number, "size": 1, "part_size": 1}

    def tried(caller):
        return [
            caller.post(UPLOADS, json=body), caller.get(f"{UPLOADS}{upload}/"), caller.get(f"{UPLOADS}{upload}/parts/"),
            put(caller, upload, 1, cut()[1]), complete(caller, upload, cut()), caller.delete(f"{UPLOADS}{upload}/"),
            caller.post(f"{UPLOADS}{upload}/targets", json={"numbers": [1]}),
        ]  # fmt: skip

    assert all(response == rejected(403, "forbidden") for response in tried(grace))
    ada.post(f"/api/v1/shares/file/{number}/", json={"target_type": "user", "target_id": 2})
    assert all(response == rejected(403, "forbidden") for response in tried(grace))
    assert there(ada, upload) == {}
    ada.delete(f"{FILES}{number}/")
    assert all(response == rejected(404, "not_found") for response in tried(ada))


def test_a_member_resumes_the_upload_of_another(ada, grace):
    number, parts = file_of(ada, project=3), cut()
    upload = begin(ada, number)
    send(grace, upload["id"], parts)
    assert complete(grace, upload["id"], parts).json()["owner"] == upload["owner"]
    assert content_of(ada, number) == CONTENT


def test_a_shard(fresh, connect, rejected):
    ada = connect(fresh)
    collection, shard = shard_of(ada, name="c", version=2)
    url = f"{COLLECTIONS}{collection}/shards/{shard}/"
    parts = cut()
    upload = begin(ada, shard, resource_type="shard", collection=collection)
    assert (upload["collection"], upload["resource_id"]) == (collection, shard)
    send(ada, upload["id"], parts)
    assert complete(ada, upload["id"], parts).status_code == 200
    shown = ada.get(url).json()
    assert (shown["state"], shown["size"], shown["sha256"]) == ("temporary", len(CONTENT), sha(CONTENT).hexdigest())
    assert ada.get(f"{url}download/").content == CONTENT
    late = begin(ada, shard, resource_type="shard", collection=collection)["id"]
    send(ada, late, parts)
    assert ada.post(f"{url}close/").status_code == 200
    body = {"resource_type": "shard", "resource_id": shard, "collection": collection, "size": 1, "part_size": 1}
    for response in (ada.post(UPLOADS, json=body), put(ada, late, 1, parts[1]), complete(ada, late, parts)):
        assert response == rejected(409, "shard_ready")
    assert complete(ada, upload["id"], parts).status_code == 200
    assert ada.post(UPLOADS, json={**body, "resource_id": shard + 2}) == rejected(404, "not_found")
    other = made(ada.post(f"{COLLECTIONS}{collection}/shards/", json={}))["id"]
    ada.post(f"{COLLECTIONS}{collection}/close/")
    assert ada.post(UPLOADS, json={**body, "resource_id": other}).json()["code"] in {"collection_not_open", "not_found"}


# ---------------------------------------------------------------- deleting


def test_a_deleted_file_takes_its_uploads_along(fresh, connect, rejected):
    ada = connect(fresh)
    number = file_of(ada)
    uploads = [begin(ada, number)["id"] for _ in range(2)]
    send(ada, uploads[0], cut())
    ada.delete(f"{FILES}{number}/")
    assert ada.get(f"{UPLOADS}{uploads[0]}/") == rejected(404, "not_found")
    ada.delete(f"{FILES}{number}/?immediate=true")
    assert blobs(fresh) == []
    assert ada.get(UPLOADS).json()["count"] == 0


@pytest.mark.parametrize("how", ["shard", "collection", "close"])
def test_a_shard_that_goes_takes_its_uploads_along(fresh, connect, how):
    ada = connect(fresh)
    collection, shard = shard_of(ada, name="c")
    upload = begin(ada, shard, resource_type="shard", collection=collection)["id"]
    send(ada, upload, cut())
    url = f"{COLLECTIONS}{collection}/"
    if how == "shard":
        ada.delete(f"{url}shards/{shard}/")
    elif how == "collection":
        ada.delete(f"{url}?immediate=true")
    else:
        ada.post(f"{url}close/")
        wait_for(lambda: ada.get(url).json()["state"] == "ready")
    wait_for(lambda: blobs(fresh) == [])
    assert ada.get(f"{UPLOADS}{upload}/").status_code == 404


# ---------------------------------------------------------------- restarts and kills

SERVER = """
import os, pathlib, signal, sys
from orionclient.emulator import Server
from orionclient.emulator._store.parts import Parts
copy = Parts._copy
if sys.argv[2] == "before":
    Parts._copy = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
elif sys.argv[2] == "after":
    Parts._copy = lambda *given: (copy(*given), os.kill(os.getpid(), signal.SIGKILL))
with Server(pathlib.Path(sys.argv[1]), seed="demo") as server:
    print(server.url, server.issue_token("ada"), flush=True)
    sys.stdin.read()
"""


class Process:
    """A server in a process of its own, which may die."""

    def __init__(self, folder, when="never"):
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", SERVER, str(folder), when]
        self.process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with allow_token("a separate server process passes its token to the test"):
            url, token = self.process.stdout.readline().split()
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, verify=False, timeout=120)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.kill()
        self.process.communicate()


def test_an_open_upload_survives_a_restart(tmp_path, connect):
    parts = cut()
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        number = file_of(ada)
        upload = begin(ada, number)["id"]
        send(ada, upload, {each: parts[each] for each in (1, 2, 11)})
        (server.folder / "blobs" / "kept" / ("0" * 32)).write_bytes(b"orphan")
    with Server(tmp_path) as server:
        ada = connect(server)
        assert len(blobs(server)) == 1
        assert there(ada, upload) == expected({each: parts[each] for each in (1, 2, 11)})
        send(ada, upload, {each: parts[each] for each in parts if each not in {1, 2, 11}})
        assert complete(ada, upload, parts).status_code == 200
        assert content_of(ada, number) == CONTENT


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_in_the_middle_of_a_replacement_loses_no_part(tmp_path, connect, when):
    parts = cut()
    with Process(tmp_path, when) as killed:
        number = file_of(killed.client)
        upload = begin(killed.client, number)["id"]
        send(killed.client, upload, parts)
        with pytest.raises(httpx.TransportError):
            put(killed.client, upload, 4, b"n" * SIZE)
        assert killed.process.wait(20) == -signal.SIGKILL
    with Server(tmp_path) as server:
        ada = connect(server)
        new = {**parts, 4: b"n" * SIZE}
        assert there(ada, upload) == expected(new)
        assert len(blobs(server)) == 1
        assert complete(ada, upload, new).status_code == 200
        assert content_of(ada, number) == b"".join(new[each] for each in sorted(new))


def test_kills_at_any_moment_lose_no_acknowledged_part(tmp_path, connect):
    chance = random.Random(11)
    size = 50_000
    parts = cut(chance.randbytes(60 * size), size)
    acknowledged, upload = set(), None
    for _ in range(3):
        with Process(tmp_path) as killed:
            if upload is None:
                number = file_of(killed.client)
                upload = begin(killed.client, number, 60 * size, size)["id"]
            timer = threading.Timer(0.05 + chance.random() / 4, killed.process.kill)
            timer.start()
            with suppress(httpx.TransportError):
                while killed.process.poll() is None:
                    given = chance.choice(list(parts))
                    assert put(killed.client, upload, given, parts[given]).status_code == 200
                    acknowledged.add(given)
            timer.join()
    with Server(tmp_path) as server:
        ada = connect(server)
        found = there(ada, upload)
        assert acknowledged <= set(found)
        assert found == expected({each: parts[each] for each in found})
        send(ada, upload, {each: parts[each] for each in parts if each not in found})
        assert complete(ada, upload, parts).status_code == 200
        assert content_of(ada, number) == b"".join(parts[each] for each in sorted(parts))


def test_memory_stays_flat(tmp_path, connect):
    size, part_size = 256 << 20, 64 << 20
    chunk = b"m" * (1 << 20)
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        number = file_of(ada)
        upload = begin(ada, number, size, part_size)["id"]
        ada.put(f"{FILES}{file_of(ada)}/upload", content=chunk)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for given in range(1, 5):
            assert put(ada, upload, given, (chunk for _ in range(64))).status_code == 200
        digest = bytes.fromhex(there(ada, upload)[1])
        body = {"size": size, "digest": sha(digest * 4).hexdigest()}
        assert ada.post(f"{UPLOADS}{upload}/complete", json=body).status_code == 200
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        assert ada.get(f"{FILES}{number}/").json()["size"] == size
    assert grown < 40 << 20
