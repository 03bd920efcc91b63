"""Tests of byte ranges: Range, If-Range and the response headers."""

from __future__ import annotations

import base64
import hashlib
import random

import httpx
import pytest

from orionclient.emulator import Server

FILES, COLLECTIONS = "/api/v3/storage/files/", "/api/v1/storage/collections/"
CONTENT = random.Random(3).randbytes(3 * 1024 * 1024 + 5)
SIZE = len(CONTENT)
DIGEST = hashlib.sha256(CONTENT)
REPR = f"sha-256=:{base64.b64encode(DIGEST.digest()).decode()}:"


def file_of(caller, content):
    number = caller.post(FILES, json={"name": "x"}).json()["id"]
    assert caller.put(f"{FILES}{number}/upload", content=content).status_code == 200
    return f"{FILES}{number}/download"


def shard_of(caller, content):
    collection = caller.post(COLLECTIONS, json={"name": "x"}).json()["id"]
    url = f"{COLLECTIONS}{collection}/shards/"
    number = caller.post(url, json={}).json()["id"]
    assert caller.put(f"{url}{number}/upload/", content=content).status_code == 200
    return f"{url}{number}/download/"


MAKERS = {"file": file_of, "shard": shard_of}


@pytest.fixture(scope="module", params=["file", "shard", "storage"])
def get(request, server, tmp_path_factory, connect):
    """Asks for the content of a file, of a shard, and of a file on the storage, where its address is taken without the token."""
    if request.param != "storage":
        ada = connect(server)
        url = MAKERS[request.param](ada, CONTENT)
        yield lambda **headers: ada.get(url, headers=headers)
        return
    with (
        Server(tmp_path_factory.mktemp("stored"), seed="demo", storage=True) as stored,
        httpx.Client(verify=False) as plain,
    ):
        ada = connect(stored)
        url = file_of(ada, CONTENT)
        yield lambda **headers: plain.get(ada.get(url).headers["Location"], headers=headers)


def requests(get, chunk, **headers):
    return get(Range=chunk, **headers)


@pytest.mark.parametrize(
    ("chunk", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-2097251", 100, 2_097_251),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=7-", 7, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-1048577", SIZE - 1_048_577, SIZE - 1),
        (f"bytes=-{SIZE + 100}", 0, SIZE - 1),
        (f"bytes=5-{SIZE + 100}", 5, SIZE - 1),
        ("bytes=5-99999999999999999999", 5, SIZE - 1),
        ("BYTES=1-2", 1, 2),
        ("bytes=007-0008", 7, 8),
    ],
)
def test_a_range(get, chunk, first, last):
    response = requests(get, chunk)
    assert response.status_code == 206
    assert response.content == CONTENT[first : last + 1]
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert response.headers["ETag"] == f'"{DIGEST.hexdigest()}"'
    assert response.headers["Repr-Digest"] == REPR
    assert response.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "chunk", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=99999999999999999999-", "bytes=-0"]
)
def test_a_range_after_the_end(get, chunk):
    response = requests(get, chunk)
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"
    assert "range_not_satisfiable" in response.text


@pytest.mark.parametrize(
    "chunk",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-3", "bytes=0-1,3-4", "bytes=0-1,", "bytes = 0-1", "bytes=0 - 1",
        "bytes=+1-2", "bytes=1--2", "lines=0-1", "bytes=0-1;x", f"bytes={'9' * 5000}-", "bytes=\xb2-3".encode("latin-1"), "bytes=0x1-2",
    ],
)  # fmt: skip
def test_invalid_ranges_are_ignored(get, chunk):
    response = requests(get, chunk)
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "Content-Range" not in response.headers


def test_the_whole_content(get):
    response = get()
    assert (response.status_code, response.content) == (200, CONTENT)
    assert (response.headers["Accept-Ranges"], response.headers["Repr-Digest"]) == ("bytes", REPR)
    assert response.headers["Content-Length"] == str(SIZE)


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (f'"{DIGEST.hexdigest()}"', 206),
        (f'W/"{DIGEST.hexdigest()}"', 200),
        ('"another"', 200),
        (DIGEST.hexdigest(), 200),
        ("*", 200),
        ("Sun, 06 Nov 2094 08:49:37 GMT", 200),
    ],
)
def test_if_range(get, condition, status):
    response = requests(get, "bytes=1-3", **{"If-Range": condition})
    assert response.status_code == status
    assert response.content == (CONTENT[1:4] if status == 206 else CONTENT)
    # If-Range without Range is ignored. For a range beyond the end, If-Range is evaluated first.
    assert get(**{"If-Range": condition}).status_code == 200
    assert requests(get, f"bytes={SIZE}-", **{"If-Range": condition}).status_code == (416 if status == 206 else 200)


def test_replaced_content_is_not_mixed(fresh, connect):
    ada = connect(fresh)
    url = file_of(ada, b"o" * 1000)
    tag = ada.get(url).headers["ETag"]
    first = ada.get(url, headers={"Range": "bytes=0-499", "If-Range": tag})
    ada.put(url.replace("download", "upload"), content=b"n" * 1000)
    rest = ada.get(url, headers={"Range": "bytes=500-", "If-Range": tag})
    assert (first.status_code, rest.status_code, rest.content) == (206, 200, b"n" * 1000)


@pytest.mark.parametrize("kind", MAKERS)
def test_empty_content_has_no_ranges(ada, kind):
    url = MAKERS[kind](ada, b"")
    for chunk in ("bytes=0-", "bytes=0-0", "bytes=-1"):
        response = ada.get(url, headers={"Range": chunk})
        assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */0")
    assert (ada.get(url).status_code, ada.get(url).content) == (200, b"")


def test_ranges_make_the_content(get):
    step = 700_001
    chunks = [requests(get, f"bytes={start}-{start + step - 1}").content for start in range(0, SIZE, step)]
    assert b"".join(chunks) == CONTENT


def test_a_client_that_disconnects_during_a_range(fresh, connect):
    ada = connect(fresh)
    url = file_of(ada, b"x" * 20_000_000)
    for _ in range(5):
        with ada.stream("GET", url, headers={"Range": "bytes=5-"}) as got:
            next(got.iter_bytes(1000))
    assert ada.get(url, headers={"Range": "bytes=-3"}).content == b"xxx"


def test_a_duplicate_range_header(ada, rejected):
    url = file_of(ada, b"abc")
    response = ada.get(url, headers=[("Range", "bytes=0-0"), ("Range", "bytes=1-1")])
    assert response == rejected(400, "bad_parameter", "2 times")


def test_ranges_of_a_shared_file(ada, grace, rejected):
    url = file_of(ada, b"abc")
    assert grace.get(url, headers={"Range": "bytes=0-0"}) == rejected(403, "forbidden")
    ada.post(f"/api/v1/shares/file/{url.split('/')[-2]}/", json={"target_type": "user", "target_id": 2})
    assert grace.get(url, headers={"Range": "bytes=1-1"}).content == b"b"
