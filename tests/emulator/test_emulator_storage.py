"""Tests of the storage origin: presigned URLs, expiry, fault injection and the request log."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from orionclient.emulator import Server
from orionclient.local import LocalOrion
from orionclient.types import File

FILES, COLLECTIONS, UPLOADS = "/api/v3/storage/files/", "/api/v1/storage/collections/", "/api/v3/storage/uploads/"
CONTENT = b"0123456789" * 100


@pytest.fixture
def stored(tmp_path):
    with Server(tmp_path / "stored", seed="demo", storage=True) as running:
        yield running


@pytest.fixture
def ada(stored, connect):
    return connect(stored)


@pytest.fixture
def plain():
    """Sends no token."""
    with httpx.Client(verify=False, timeout=120) as client:
        yield client


def file_of(caller, content=CONTENT):
    number = caller.post(FILES, json={"name": "x"}).json()["id"]
    if content is not None:
        assert caller.put(f"{FILES}{number}/upload", content=content).status_code == 200
    return number


def address_of(caller, number):
    response = caller.get(f"{FILES}{number}/download")
    assert (response.status_code, response.content) == (302, b"")
    return response.headers["Location"]


def upload_of(caller):
    number = file_of(caller, None)
    body = {"resource_type": "file", "resource_id": number, "size": len(CONTENT), "part_size": 600}
    response = caller.post(UPLOADS, json=body)
    assert (response.status_code, response.json()["presigned"]) == (201, True), response.text
    return number, response.json()["id"]


def targets_of(caller, upload, *numbers):
    response = caller.post(f"{UPLOADS}{upload}/targets", json={"numbers": numbers})
    assert response.status_code == 200, response.text
    return response.json()["targets"]


def error(response):
    assert response.headers["Content-Type"].startswith("application/xml")
    return response.status_code, response.text.partition("<Code>")[2].partition("</Code>")[0]


def complete(caller, upload, *parts):
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    return caller.post(f"{UPLOADS}{upload}/complete", json={"size": sum(map(len, parts)), "digest": digest})


# ---------------------------------------------------------------- the usual way


def test_a_download_lies_on_the_other_origin(stored, ada, plain):
    address = address_of(ada, file_of(ada))
    assert address.startswith(stored.storage.url)
    assert stored.storage.url not in {stored.url, ""}
    got = plain.get(address)
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    # A presigned URL grants access like a token, so responses must not be cached.
    assert ada.get(f"{FILES}1/download").headers["Cache-Control"] == "no-store"


def test_a_shard_lies_there_too(ada, plain):
    collection = ada.post(COLLECTIONS, json={"name": "c"}).json()["id"]
    shard = ada.post(f"{COLLECTIONS}{collection}/shards/", json={}).json()["id"]
    url = f"{COLLECTIONS}{collection}/shards/{shard}/"
    assert ada.get(f"{url}download/").status_code == 409
    ada.put(f"{url}upload/", content=CONTENT)
    assert plain.get(ada.get(f"{url}download/").headers["Location"]).content == CONTENT


def test_urls_need_read_permission(stored, ada, connect, rejected):
    number = file_of(ada)
    grace = connect(stored, "grace")
    assert grace.get(f"{FILES}{number}/download") == rejected(403, "forbidden")
    assert ada.get(f"{FILES}{file_of(ada, None)}/download") == rejected(409, "conflict")


def test_parts_go_to_presigned_addresses(stored, ada, plain):
    number, upload = upload_of(ada)
    parts = CONTENT[:600], CONTENT[600:]
    second, first = targets_of(ada, upload, 2, 1)
    assert (second["number"], first["number"]) == (2, 1)
    left = datetime.fromisoformat(first["expires"]) - datetime.now(UTC)
    assert timedelta(seconds=800) < left <= timedelta(seconds=900)
    for target, part in ((second, parts[1]), (first, b"x" * 600), (first, parts[0])):
        response = plain.put(target["url"], content=part)
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["ETag"] == f'"{hashlib.sha256(part).hexdigest()}"'
    assert [part["number"] for part in ada.get(f"{UPLOADS}{upload}/parts/").json()["results"]] == [1, 2]
    assert complete(ada, upload, *parts).status_code == 200
    assert plain.get(address_of(ada, number)).content == CONTENT
    assert error(plain.put(first["url"], content=parts[0])) == (409, "upload_complete")
    assert stored.faults.effects("upload_part") == 0


def test_urls_for_nonexistent_parts(ada, rejected):
    upload = upload_of(ada)[1]
    url = f"{UPLOADS}{upload}/targets"
    assert ada.post(url, json={"numbers": [1, 3]}) == rejected(422, "no_such_part", "1 to 2")
    for numbers in ([], [0], [10_001], ["1"], [1] * 1001):
        assert ada.post(url, json={"numbers": numbers}) == rejected(400, "bad_body")


def test_parts_that_are_not_right(ada, plain):
    upload = upload_of(ada)[1]
    url = targets_of(ada, upload, 1)[0]["url"]
    assert error(plain.put(url, content=b"short")) == (422, "wrong_part_size")
    assert error(plain.put(url, content=b"x" * 601)) == (422, "wrong_part_size")
    digest = {"Content-Digest": "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"}
    assert error(plain.put(url, content=b"x" * 600, headers=digest)) == (400, "digest_mismatch")
    assert error(plain.put(url, content=iter([b"x" * 600]))) == (411, "MissingContentLength")
    assert ada.get(f"{UPLOADS}{upload}/").json()["received"] == 0
    ada.delete(f"{UPLOADS}{upload}/")
    assert error(plain.put(url, content=b"x" * 600)) == (404, "not_found")


# ---------------------------------------------------------------- what it rejects


def test_a_token_is_rejected(stored, ada, plain):
    address = address_of(ada, file_of(ada))
    upload = upload_of(ada)[1]
    target = targets_of(ada, upload, 1)[0]["url"]
    for token in (ada.headers["Authorization"], "Bearer x"):
        assert error(plain.get(address, headers={"Authorization": token})) == (400, "InvalidArgument")
        assert error(plain.put(target, content=b"x" * 600, headers={"Authorization": token})) == (
            400,
            "InvalidArgument",
        )
    assert ada.get(f"{UPLOADS}{upload}/").json()["received"] == 0
    assert sum("authorization" in seen.headers for seen in stored.storage.requests()) == 4


def test_wrong_signatures(stored, ada, plain):
    address = httpx.URL(address_of(ada, file_of(ada)))
    other = httpx.URL(address_of(ada, file_of(ada, b"other")))
    upload = upload_of(ada)[1]
    target = httpx.URL(targets_of(ada, upload, 1)[0]["url"])
    changed = [
        address.copy_set_param("expires", "9999999999.000"),
        address.copy_set_param("signature", "0" * 64),
        address.copy_set_param("signature", "\xe9"),
        address.copy_remove_param("signature"),
        address.copy_set_param("sha256", "0" * 64),
        address.copy_add_param("more", "1"),
        address.copy_with(path=other.path),
        httpx.URL(f"{stored.storage.url}/"),
        httpx.URL(f"{stored.storage.url}/content/../../orion.sqlite"),
    ]
    for url in changed:
        assert error(plain.get(url)) == (403, "SignatureDoesNotMatch"), url
    assert error(plain.put(address, content=b"x")) == (403, "SignatureDoesNotMatch")
    assert error(plain.get(target)) == (403, "SignatureDoesNotMatch")
    wrong = target.copy_with(path=f"/parts/{upload}/2")
    assert error(plain.put(wrong, content=b"x" * 400)) == (403, "SignatureDoesNotMatch")
    assert plain.head(address).status_code == 403
    assert plain.get(address).content == CONTENT


def test_expired_addresses(stored, ada, plain):
    number, (_, upload) = file_of(ada), upload_of(ada)
    old, target = address_of(ada, number), targets_of(ada, upload, 1)[0]["url"]
    stored.storage.url_lifetime.expire()
    assert error(plain.get(old)) == (403, "AccessDenied")
    assert error(plain.put(target, content=b"x" * 600)) == (403, "AccessDenied")
    assert plain.get(address_of(ada, number)).content == CONTENT
    stored.storage.url_lifetime.seconds = 0
    assert error(plain.get(address_of(ada, number))) == (403, "AccessDenied")
    stored.storage.url_lifetime.seconds = 60
    assert plain.get(address_of(ada, number)).status_code == 200


def test_an_address_is_of_one_content(ada, plain):
    number = file_of(ada)
    old = address_of(ada, number)
    ada.put(f"{FILES}{number}/upload", content=b"new")
    assert error(plain.get(old)) == (404, "NoSuchKey")
    assert plain.get(address_of(ada, number)).content == b"new"


def test_another_host_and_another_stack(stored, ada, plain, tmp_path):
    address = address_of(ada, file_of(ada))
    assert plain.get(address, headers={"Host": "example.com"}).status_code == 400
    assert plain.get(address, headers={"Host": httpx.URL(stored.url).netloc.decode()}).status_code == 400
    # Each origin serves only its own paths.
    assert ada.get(httpx.URL(address).raw_path.decode()).status_code == 404
    assert plain.get(f"{stored.storage.url}{FILES}").status_code == 403
    with Server(tmp_path / "other", seed="demo", storage=True) as other:
        moved = httpx.URL(address).copy_with(port=httpx.URL(other.storage.url).port)
        assert error(plain.get(moved)) == (403, "SignatureDoesNotMatch")


def test_nothing_is_presigned_without_a_storage_origin(fresh, connect, rejected):
    ada = connect(fresh)
    number = file_of(ada)
    assert ada.get(f"{FILES}{number}/download").content == CONTENT
    assert fresh.storage is None
    upload = ada.post(UPLOADS, json={"resource_type": "file", "resource_id": number, "size": 1, "part_size": 1}).json()
    assert not upload["presigned"]
    assert ada.post(f"{UPLOADS}{upload['id']}/targets", json={"numbers": [1]}) == rejected(409, "not_presigned")


# ---------------------------------------------------------------- what tests see of it


def test_the_record(stored, ada, plain):
    address = httpx.URL(address_of(ada, file_of(ada)))
    plain.get(address, headers={"Range": "bytes=1-2", "X-Own": "7"})
    plain.get(f"{stored.storage.url}/nothing")
    first, second = stored.storage.requests()
    assert (first.method, first.path, first.query) == ("GET", address.path, address.query.decode())
    assert (first.headers["range"], first.headers["x-own"]) == ("bytes=1-2", "7")
    assert "authorization" not in first.headers
    assert (second.path, second.query) == ("/nothing", "")
    assert stored.storage.faults.effects("get_content") == 1
    stored.storage.clear()
    assert stored.storage.requests() == []


def test_faults(stored, ada, plain):
    address = address_of(ada, file_of(ada))
    upload = upload_of(ada)[1]
    target = targets_of(ada, upload, 1)[0]["url"]
    faults = stored.storage.faults
    faults.script("get_content", ["pass", 503, {"step": "cut", "sent": 100}, "reset"])
    assert plain.get(address).content == CONTENT
    assert plain.get(address).status_code == 503
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            plain.get(address)
    faults.script("put_part", [500, "reset_after"])
    assert plain.put(target, content=b"x" * 600).status_code == 500
    assert ada.get(f"{UPLOADS}{upload}/").json()["received"] == 0
    with pytest.raises(httpx.TransportError):
        plain.put(target, content=b"x" * 600)
    assert ada.get(f"{UPLOADS}{upload}/").json()["received"] == 600
    faults.assert_consumed()
    assert len(stored.storage.requests()) == 6
    # Those of the API's origin are others.
    assert stored.faults.requests("get_content") == []


def test_it_stops_with_the_server(tmp_path, connect, plain):
    server = Server(tmp_path, seed="demo", storage=True)
    with server:
        address = address_of(connect(server), file_of(connect(server)))
        assert plain.get(address).status_code == 200
    with pytest.raises(httpx.TransportError):
        plain.get(address)
    with server:
        assert plain.get(address_of(connect(server), 1)).content == CONTENT
        assert len(server.storage.requests()) == 2


def test_a_session_follows_without_the_token():
    with LocalOrion(seed="demo", storage=True, storage_seconds=30) as orion:
        file = File.upload(orion.session(), "x", CONTENT)
        assert b"".join(file.download()) == CONTENT
        (seen,) = orion.storage.requests()
        assert seen.method == "GET"
        assert "authorization" not in seen.headers
        assert orion.storage.url_lifetime.seconds == 30


def test_a_local_orion_without_a_storage_origin():
    with LocalOrion(seed="demo") as orion, pytest.raises(RuntimeError, match="storage=True"):
        _ = orion.storage
