"""The store of the local Orion under SIGKILL: what was acknowledged is there, whole, and nothing else lies around."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter

import httpx
import pytest

from orionclient.emulator import Server

POINTS = 100 if os.environ.get("ORION_NIGHTLY") else 10
WRITERS = 4
PART = 50_000
PIECE = 10_000
FILES, UPLOADS = "/api/v3/storage/files/", "/api/v3/storage/uploads/"
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

    def __init__(self):
        self.lock = threading.Lock()
        self.contents: dict[str, set[bytes | None]] = {}  # path of a resource -> digests that it may have
        self.parts: dict[int, dict[int, str]] = {}  # upload -> number -> digest of parts that are there
        self.of: dict[int, tuple[str, bytes]] = {}  # upload -> path of its file, all its bytes
        self.did = Counter()

    def may(self, path, content):
        with self.lock:
            self.contents.setdefault(path, {None}).add(hashlib.sha256(content).digest())

    def did_put(self, path, content):
        with self.lock:
            self.contents[path] = {hashlib.sha256(content).digest()}
            self.did["put"] += 1


def sent(fatal, content):
    for start in range(0, len(content), PIECE):
        fatal.step()
        yield content[start : start + PIECE]
    fatal.step()


def put(client, fatal, path, content):
    answer = client.put(path, content=sent(fatal, content), headers={"Content-Length": str(len(content))})
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def replace(client, fatal, books, path, content):
    books.may(path, content)
    put(client, fatal, f"{path}upload", content)
    books.did_put(path, content)


def post(client, fatal, path, body):
    fatal.step()
    answer = client.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    fatal.step()
    return answer.json()


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
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client, contextlib.suppress(httpx.TransportError):
        while not fatal.over.is_set():
            content = luck.randbytes(luck.randrange(1, 6 * PIECE))
            path = f"{FILES}{post(client, fatal, FILES, {'name': 'f'})['id']}/"
            with books.lock:
                books.contents[path] = {None}
            replace(client, fatal, books, path, content)
            replace(client, fatal, books, path, content[::-1])
            in_parts(client, fatal, books, path, luck.randbytes(2 * PART + luck.randrange(1, PART)))
            gone = post(client, fatal, FILES, {"name": "gone"})["id"]
            put(client, fatal, f"{FILES}{gone}/upload", content)
            fatal.step()
            client.delete(f"{FILES}{gone}/")


def check(folder, books):
    """Start anew on what is left, and compare."""
    with Server(folder) as server:
        with server._require().stack.store.reading() as db:
            named = {
                row[0] for table in ("files", "shards", "uploads") for row in db.execute(f"SELECT blob FROM {table}")
            }
        kept = {path.name for path in (folder / "blobs" / "kept").iterdir()}
        assert kept == named - {None}
        assert not list((folder / "blobs" / "staging").iterdir())
        headers = {"Authorization": f"Token {server.issue_token('ada')}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
            for path, allowed in books.contents.items():
                answer = client.get(f"{path}download")
                digest = hashlib.sha256(answer.content).digest() if answer.status_code == 200 else None
                assert digest in allowed, path
                if digest is not None:
                    assert client.get(path).json()["sha256"] == digest.hex()
                books.contents[path] = {digest}
            for upload, parts in books.parts.items():
                go_on(client, books, upload, parts)
        books.parts.clear()


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
    books.did["gone on with"] += 1


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.timeout(60 + 5 * POINTS)
def test_what_was_acknowledged_survives(tmp_path):
    books, luck = Books(), random.Random(7)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for number in range(POINTS):
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / "stack")]
        with subprocess.Popen(
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
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
    assert books.did["put"] > POINTS
    print(f"{POINTS} kills, {dict(books.did)}, {len(books.contents)} contents")
