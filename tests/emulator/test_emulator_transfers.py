"""Tests of uploading and downloading the content of files."""

from __future__ import annotations

import base64
import hashlib
import resource
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from orionclient.emulator import Server

FILES = "/api/v3/storage/files/"


def digest(data):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


@pytest.fixture
def number(ada):
    return ada.post(FILES, json={"name": "content", "project": 3}).json()["id"]


def blobs(server):
    return sorted(path.relative_to(server.folder) for path in (server.folder / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff" * 100_000, b"a" * (3 * 1024 * 1024 + 1)])
@pytest.mark.parametrize("chunked", [False, True])
def test_round_trip(ada, number, content, chunked):
    body = (content[start : start + 70_000] for start in range(0, len(content), 70_000)) if chunked else content
    put = ada.put(f"{FILES}{number}/upload", content=body, headers={"Content-Digest": digest(content)})
    assert put.status_code == 200, put.text
    shown = put.json()
    assert (shown["state"], shown["size"], shown["sha256"]) == (
        "ready",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert ada.get(f"{FILES}{number}/").json() == shown
    got = ada.get(f"{FILES}{number}/download")
    assert got.content == content
    assert got.headers["Content-Length"] == str(len(content))
    assert got.headers["Repr-Digest"] == digest(content)
    assert got.headers["Content-Type"] == "application/octet-stream"


def test_replacing(fresh, connect):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})
    tags = []
    for content in (b"one", b"two", b"two"):
        ada.put(f"{FILES}1/upload", content=content)
        got = ada.get(f"{FILES}1/download")
        assert got.content == content
        tags.append(got.headers["ETag"])
    assert tags[0] != tags[1] == tags[2]
    assert len(blobs(fresh)) == 1
    ada.delete(f"{FILES}1/")
    assert len(blobs(fresh)) == 1
    ada.delete(f"{FILES}1/?immediate=true")
    assert blobs(fresh) == []


def test_no_content_yet(ada, number, rejected):
    assert ada.get(f"{FILES}{number}/download") == rejected(409, "conflict", "no content")
    assert ada.get(f"{FILES}?state=uploading&limit=1000").json()["results"][-1]["id"] == number
    assert all(item["state"] == "ready" for item in ada.get(f"{FILES}?state=ready").json()["results"])


@pytest.mark.parametrize("header", ["sha-256=:AAAA:", "md5=:abc=:", "x", ""])
def test_a_malformed_digest(ada, number, rejected, header):
    response = ada.put(f"{FILES}{number}/upload", content=b"x", headers={"Content-Digest": header})
    assert response == rejected(400, "bad_parameter", "Content-Digest")


def test_a_wrong_digest_changes_nothing(fresh, connect, rejected):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})
    before = ada.put(f"{FILES}1/upload", content=b"good").json()
    kept = blobs(fresh)
    response = ada.put(f"{FILES}1/upload", content=b"bad", headers={"Content-Digest": digest(b"good")})
    assert response == rejected(400, "digest_mismatch")
    twice = [("Content-Digest", digest(b"x")), ("Content-Digest", digest(b"x"))]
    assert ada.put(f"{FILES}1/upload", content=b"x", headers=twice) == rejected(400, "bad_parameter", "2 times")
    assert ada.get(f"{FILES}1/").json() == before
    assert ada.get(f"{FILES}1/download").content == b"good"
    assert blobs(fresh) == kept


def test_targets(ada, grace, number, rejected):
    alone = ada.post(FILES, json={"name": "x"}).json()["id"]
    assert grace.put(f"{FILES}{alone}/upload", content=b"x") == rejected(403, "forbidden")
    assert grace.get(f"{FILES}{alone}/download") == rejected(403, "forbidden")
    assert grace.put(f"{FILES}{number}/upload", content=b"x").status_code == 200
    ada.delete(f"{FILES}{number}/")
    assert ada.put(f"{FILES}{number}/upload", content=b"x") == rejected(404, "not_found")
    assert ada.get(f"{FILES}{number}/download") == rejected(404, "not_found")
    assert ada.put(f"{FILES}{alone}/upload", content=b"{}", headers={"Content-Type": "application/json"}) == rejected(
        400, "wrong_media_type"
    )


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 1000\r\n\r\nshort",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nsh",
    ],
)
def test_a_cut_body_changes_nothing(fresh, connect, head):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})
    before = ada.put(f"{FILES}1/upload", content=b"good").json()
    port = int(fresh.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        start = f"PUT {FILES}1/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {ada.headers['Authorization']}\r\n"
        connection.sendall((start + head).encode())
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    _wait(lambda: len(blobs(fresh)) == 1, lambda: blobs(fresh))
    assert ada.get(f"{FILES}1/").json() == before
    assert ada.get(f"{FILES}1/download").content == b"good"


def test_deleted_during_the_upload(fresh, connect, rejected):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})

    def body():
        yield b"first"
        _wait(lambda: len(blobs(fresh)) == 1)
        assert ada.delete(f"{FILES}1/?immediate=true").status_code == 204
        yield b"last"

    assert ada.put(f"{FILES}1/upload", content=body()) == rejected(404, "not_found")
    assert blobs(fresh) == []


def test_replaced_during_the_download(fresh, connect):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})
    old, new = b"o" * 20_000_000, b"n" * 20_000_000
    ada.put(f"{FILES}1/upload", content=old)
    with ada.stream("GET", f"{FILES}1/download") as got:
        chunks = got.iter_bytes(1_000_000)
        first = next(chunks)
        assert ada.put(f"{FILES}1/upload", content=new).status_code == 200
        assert first + b"".join(chunks) == old
    assert ada.get(f"{FILES}1/download").content == new


def test_a_client_that_disconnects_during_a_download(fresh, connect):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})
    ada.put(f"{FILES}1/upload", content=b"x" * 20_000_000)
    for _ in range(5):
        with ada.stream("GET", f"{FILES}1/download") as got:
            next(got.iter_bytes(1000))
    assert ada.get(f"{FILES}1/").status_code == 200


def test_memory_stays_flat(tmp_path, connect):
    size = 300 * 1024 * 1024
    chunk = b"m" * 1024 * 1024
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        ada.post(FILES, json={"name": "x"})
        ada.put(f"{FILES}1/upload", content=chunk)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert ada.put(f"{FILES}1/upload", content=(chunk for _ in range(size // len(chunk)))).json()["size"] == size
        with ada.stream("GET", f"{FILES}1/download") as got:
            assert sum(len(chunk) for chunk in got.iter_bytes()) == size
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 60 * 1024 * 1024


def test_sixteen_threads_lose_no_update(fresh, connect):
    ada = connect(fresh)
    ada.post("/api/v1/storage/datasets/", json={"name": "all"})
    record = b'{"a": 1}\n'

    def work(worker):
        for turn in range(6):
            number = ada.post(FILES, json={"name": f"{worker}-{turn}"}).json()["id"]
            content = f"{worker} {turn}".encode() * 1000
            assert ada.put(f"{FILES}{number}/upload", content=content).status_code == 200
            response = ada.post(
                "/api/v1/storage/datasets/1/records/", content=record, headers={"Content-Type": "application/x-ndjson"}
            )
            assert response.status_code == 200, response.text
            assert ada.post(f"/api/v1/tags/file/{number}/", json={"tags": [f"w{worker}"]}).status_code == 204
            assert ada.get(f"{FILES}{number}/download").content == content

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert ada.get(f"{FILES}?limit=1000").json()["count"] == 96
    assert ada.get(f"{FILES}?tags=w7").json()["count"] == 6
    assert ada.get("/api/v1/storage/datasets/1/").json()["count"] == 96
    assert len(blobs(fresh)) == 96


def test_racing_replacements_leave_one_content(fresh, connect):
    ada = connect(fresh)
    ada.post(FILES, json={"name": "x"})
    barrier = threading.Barrier(8)

    def replace(worker):
        barrier.wait()
        return ada.put(f"{FILES}1/upload", content=b"%d" % worker * 50_000).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(replace, range(8))) == {200}
    shown = ada.get(f"{FILES}1/").json()
    assert hashlib.sha256(ada.get(f"{FILES}1/download").content).hexdigest() == shown["sha256"]
    assert len(blobs(fresh)) == 1


def _wait(condition, state=lambda: ""):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, state()
        time.sleep(0.005)
