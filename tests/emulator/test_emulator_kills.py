"""Tests of the store under SIGKILL: acknowledged data survives completely, without leftovers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter

import httpx
import pytest
from helpers.canary import allow_token

from orionclient.emulator import Server

POINTS = 100 if os.environ.get("ORION_NIGHTLY") else 10
WRITERS = 4
PART = 50_000
CHUNK = 10_000
FILES, UPLOADS = "/api/v3/storage/files/", "/api/v3/storage/uploads/"
DATASETS, COLLECTIONS = "/api/v1/storage/datasets/", "/api/v1/storage/collections/"
SCRIPT = """
import pathlib, sys, time
from orionclient.emulator import Server
server = Server(pathlib.Path(sys.argv[1]), seed="demo").start()
print(server.url, server.issue_token("ada"), flush=True)
sys.stdin.read()
"""


class Fatal:
    """Kills a server at a certain step, counted over all writers."""

    def __init__(self, process, at):
        self.process, self.left, self.lock = process, at, threading.Lock()
        self.over = threading.Event()

    def step(self):
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.process.send_signal(signal.SIGKILL)
                self.over.set()


class Books:
    """What the server has acknowledged, and what it may have done besides."""

    def __init__(self, did):
        self.lock = threading.Lock()
        self.contents: dict[str, set[bytes | None]] = {}  # path of a file or shard -> digests that it may have
        self.others: set[str] = set()  # paths of what was made besides
        self.lists: dict[str, list[str]] = {}  # path of records or tags -> those that are there
        self.adding: dict[str, list[str]] = {}  # path -> those that may be there besides, all or none
        self.deleting: dict[str, bool] = {}  # path that a deletion was sent to -> whether it was acknowledged
        self.parts: dict[int, dict[int, str]] = {}  # upload -> number -> digest of parts that are there
        self.of: dict[int, tuple[str, bytes]] = {}  # upload -> path of its file, all its bytes
        self.did = did

    def may(self, path, content):
        with self.lock:
            self.contents.setdefault(path, {None}).add(hashlib.sha256(content).digest())

    def did_put(self, path, content):
        with self.lock:
            self.contents[path] = {hashlib.sha256(content).digest()}
            self.did["put"] += 1

    def made(self, path, *, content):
        with self.lock:
            if content:
                self.contents[path] = {None}
            else:
                self.others.add(path)


def sent(fatal, content):
    for start in range(0, len(content), CHUNK):
        fatal.step()
        yield content[start : start + CHUNK]
    fatal.step()


def put(client, fatal, path, content):
    response = client.put(path, content=sent(fatal, content), headers={"Content-Length": str(len(content))})
    assert response.status_code in {200, 201}, response.text
    return response.json()


def replace(client, fatal, books, path, content):
    books.may(path, content)
    put(client, fatal, f"{path}upload{slash(path)}", content)
    books.did_put(path, content)


def slash(path):
    return "" if path.startswith(FILES) else "/"


def post(client, fatal, path, body):
    fatal.step()
    response = client.post(path, json=body)
    assert response.status_code in {200, 201}, response.text
    fatal.step()
    return response.json()


def make(client, fatal, books, kind, content=False, **body):
    path = f"{kind}{post(client, fatal, kind, body)['id']}/"
    books.made(path, content=content)
    return path


def add(client, fatal, books, path, items, **request):
    """Add records or tags, all in one request."""
    with books.lock:
        books.adding[path] = items
    fatal.step()
    response = client.post(path, **request)
    assert response.status_code in {200, 204}, response.text
    with books.lock:
        books.lists[path] = books.lists.get(path, []) + books.adding.pop(path)
        books.did["added"] += 1
    fatal.step()


def delete(client, fatal, books, path):
    with books.lock:
        books.contents.pop(path)
        books.deleting[path] = False
    fatal.step()
    response = client.delete(path, params={"immediate": "true"} if path.startswith(FILES) else None)
    assert response.status_code == 204, response.text
    with books.lock:
        books.deleting[path] = True
        books.did["deleted"] += 1
    fatal.step()


def in_parts(client, fatal, books, path, content):
    body = {"resource_type": "file", "resource_id": int(path.split("/")[-2]), "size": len(content), "part_size": PART}
    upload = post(client, fatal, UPLOADS, body)["id"]
    with books.lock:
        books.parts[upload], books.of[upload] = {}, (path, content)
    for number, start in enumerate(range(0, len(content), PART), 1):
        part = put(client, fatal, f"{UPLOADS}{upload}/parts/{number}", content[start : start + PART])
        with books.lock:
            books.parts[upload][number] = part["sha256"]
    books.may(path, content)
    post(client, fatal, f"{UPLOADS}{upload}/complete", completion(content))
    books.did_put(path, content)
    with books.lock:
        del books.parts[upload], books.of[upload]
        books.did["completed"] += 1


def completion(content):
    parts = [hashlib.sha256(content[start : start + PART]).digest() for start in range(0, len(content), PART)]
    return {"size": len(content), "digest": hashlib.sha256(b"".join(parts)).hexdigest()}


def write(url, token, fatal, books, seed):
    luck = random.Random(seed)
    headers = {"Authorization": f"Token {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=120) as client, contextlib.suppress(httpx.TransportError):
        while not fatal.over.is_set():
            works = [files, datasets, shards]
            luck.shuffle(works)
            for work in works:
                work(client, fatal, books, luck)


def files(client, fatal, books, luck):
    content = luck.randbytes(luck.randrange(1, 6 * CHUNK))
    path = make(client, fatal, books, FILES, content=True, name="f")
    replace(client, fatal, books, path, content)
    replace(client, fatal, books, path, content[::-1])
    in_parts(client, fatal, books, path, luck.randbytes(2 * PART + luck.randrange(1, PART)))
    gone = make(client, fatal, books, FILES, content=True, name="gone")
    replace(client, fatal, books, gone, content)
    delete(client, fatal, books, gone)


def datasets(client, fatal, books, luck):
    path = make(client, fatal, books, DATASETS, name="d")
    tags = f"/api/v1/tags/dataset/{path.split('/')[-2]}/"
    for turn in range(3):
        batch = [f"{turn} {index}" for index in range(20)]
        content = "".join(json.dumps({"n": each}) + "\n" for each in batch)
        headers = {"Content-Type": "application/x-ndjson"}
        add(client, fatal, books, f"{path}records/", batch, content=content, headers=headers)
        names = [f"{turn} {index}" for index in range(3)]
        add(client, fatal, books, tags, names, json={"tags": names})


def shards(client, fatal, books, luck):
    collection = make(client, fatal, books, COLLECTIONS, name="c")
    for _ in range(3):
        path = make(client, fatal, books, f"{collection}shards/", content=True, name="s")
        replace(client, fatal, books, path, luck.randbytes(luck.randrange(1, 3 * CHUNK)))
    delete(client, fatal, books, path)


def check(folder, books):
    """Start anew on what is left, and compare."""
    with Server(folder) as server:
        with server._require().stack.store.read_transaction() as db:
            named = {
                row[0] for table in ("files", "shards", "uploads") for row in db.execute(f"SELECT blob FROM {table}")
            }
        kept = {path.name for path in (folder / "blobs" / "kept").iterdir()}
        assert kept == named - {None}
        assert not list((folder / "blobs" / "staging").iterdir())
        headers = {"Authorization": f"Token {server.issue_token('ada')}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=120) as client:
            for path, gone in list(books.deleting.items()):
                status = client.get(path).status_code
                assert status == 404 if gone else status in {200, 404}, path
                # Once it is gone it never comes back.
                books.deleting[path] = status == 404
            for path in books.others:
                assert client.get(path).status_code == 200, path
            for path, allowed in books.contents.items():
                shown = client.get(path)
                assert shown.status_code == 200, path
                response = client.get(f"{path}download{slash(path)}")
                assert response.status_code in {200, 409}, path
                digest = hashlib.sha256(response.content).digest() if response.status_code == 200 else None
                assert digest in allowed, path
                assert shown.json()["sha256"] == (digest and digest.hex())
                books.contents[path] = {digest}
            for path in books.lists.keys() | books.adding.keys():
                there, found = books.lists.get(path, []), listed(client, path)
                assert found in (sorted(there), sorted(there + books.adding.pop(path, []))), path
                books.lists[path] = found
            for upload, parts in books.parts.items():
                go_on(client, books, upload, parts)
        books.parts.clear()


def listed(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    if "/tags/" in path:
        return sorted(tag["name"] for tag in response.json()["results"])
    return sorted(json.loads(line)["record"]["n"] for line in response.text.splitlines())


def go_on(client, books, upload, parts):
    """An upload that was under way still has its parts, and takes the others."""
    path, content = books.of.pop(upload)
    found = client.get(f"{UPLOADS}{upload}/").json()
    if found["state"] == "complete":
        assert books.contents[path] == {hashlib.sha256(content).digest()}
        return
    there = {part["number"]: part["sha256"] for part in client.get(f"{UPLOADS}{upload}/parts/").json()["results"]}
    assert parts.items() <= there.items()
    for number, start in enumerate(range(0, len(content), PART), 1):
        if number not in there:
            client.put(f"{UPLOADS}{upload}/parts/{number}", content=content[start : start + PART]).raise_for_status()
    client.post(f"{UPLOADS}{upload}/complete", json=completion(content)).raise_for_status()
    assert client.get(f"{path}download").content == content
    books.contents[path] = {hashlib.sha256(content).digest()}
    books.did["resumed"] += 1


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.timeout(600 + 10 * POINTS)
def test_what_was_acknowledged_survives(tmp_path):
    did, luck = Counter(), random.Random(7)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for number in range(POINTS):
        if number % 10 == 0:
            # Resources that survived ten kills are no longer checked, because the store grows.
            books = Books(did)
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / "stack")]
        with subprocess.Popen(
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            with allow_token("a separate server process passes its token to the test"):
                url, token = process.stdout.readline().split()
            fatal = Fatal(process, luck.randrange(1, 300))
            threads = [
                threading.Thread(target=write, args=(url, token, fatal, books, f"{number} {index}"))
                for index in range(WRITERS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert process.wait(20) == -signal.SIGKILL
        check(tmp_path / "stack", books)
    assert did["put"] > POINTS
    assert did["added"] > POINTS
    assert did["deleted"]
    print(f"{POINTS} kills, {dict(did)}")
