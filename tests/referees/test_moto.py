"""Transfers by presigned URLs of an independent S3 server: equal digests, resumed downloads, no token."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from referees_moto import Bucket

from orionclient.exceptions import OrionError
from orionclient.session import get_session

MIB = 1 << 20
SIZES = [0, 1, 65_535, MIB, 5 * MIB + 7]


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def write_file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", SIZES)
def test_a_file_arrives_by_a_presigned_put(bucket: Bucket, tmp_path: Path, size: int) -> None:
    data = content(size)
    response = get_session().upload_file(bucket.presign("put_object", "up"), write_file(tmp_path / "source", data))
    assert response.status_code == 200
    assert bucket.sha256("up") == digest(data)
    assert [(request.method, request.status) for request in bucket.server.requests] == [("PUT", 200)]


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("size", SIZES)
def test_an_object_arrives_by_a_presigned_get(bucket: Bucket, tmp_path: Path, size: int, workers: int) -> None:
    data, target = content(size), tmp_path / "target"
    bucket.put("down", data)
    get_session().download_to_file(bucket.presign("get_object", "down"), target, workers=workers)
    assert digest(target.read_bytes()) == digest(data)
    assert [found.name for found in tmp_path.iterdir()] == ["target"]


def test_a_large_object_arrives_in_ranges(bucket: Bucket, tmp_path: Path) -> None:
    data, target = content(160 * MIB), tmp_path / "target"
    bucket.put("large", data)
    get_session().download_to_file(bucket.presign("get_object", "large"), target, workers=4, durable=False)
    assert digest(target.read_bytes()) == digest(data)
    ranges = [request for request in bucket.server.requests if "range" in request.headers]
    assert len(ranges) >= 2, bucket.server.requests
    assert {request.status for request in ranges} == {206}


@pytest.mark.parametrize("cuts", [[0], [1], [3 * MIB], [MIB, 2 * MIB]])
def test_an_interrupted_download_is_resumed(bucket: Bucket, tmp_path: Path, cuts: list[int]) -> None:
    data, target = content(8 * MIB), tmp_path / "target"
    bucket.put("broken", data)
    bucket.server.cuts[:] = cuts
    get_session().download_to_file(bucket.presign("get_object", "broken"), target)
    assert digest(target.read_bytes()) == digest(data)
    first, *others = [request for request in bucket.server.requests if request.method == "GET"]
    assert (first.status, len(others)) == (200, len(cuts))
    # If any bytes were received, only the rest of the same object is requested.
    for request in others if min(cuts) >= MIB else []:
        assert (request.status, request.headers["range"][:6]) == (206, "bytes=")
        assert request.headers["range"] != "bytes=0-"
        assert request.headers["if-range"].startswith('"')


def test_a_multipart_upload_is_complete(bucket: Bucket, tmp_path: Path) -> None:
    data = content(12 * MIB + 3)
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key="parts")["UploadId"]
    bucket.server.requests.clear()
    session = get_session()

    def send_part(part: int) -> dict[str, object]:
        source = write_file(tmp_path / str(part), data[(part - 1) * 5 * MIB : part * 5 * MIB])
        response = session.upload_file(bucket.presign("upload_part", "parts", UploadId=upload, PartNumber=part), source)
        return {"PartNumber": part, "ETag": response.headers["etag"]}

    with ThreadPoolExecutor(3) as pool:
        # The parts are sent in reverse order, because only their numbers determine the content.
        parts = list(pool.map(send_part, (3, 2, 1)))
    assert not any("authorization" in request.headers for request in bucket.server.requests)
    bucket.client.complete_multipart_upload(
        Bucket=bucket.name, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts[::-1]}
    )
    assert bucket.sha256("parts") == digest(data)


def test_no_token_is_sent_to_a_presigned_url(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Credentials in the environment, and inside a job.
    monkeypatch.setenv("ORION_URL", bucket.server.url)
    monkeypatch.setenv("ORION_TOKEN", "a-token-of-this-test")
    monkeypatch.setenv("ORION_JOB_ID", "7")
    session, data = get_session(), content(MIB)
    session.upload_file(bucket.presign("put_object", "both"), write_file(tmp_path / "source", data))
    session.download_to_file(bucket.presign("get_object", "both"), tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == data
    assert len(bucket.server.requests) >= 2
    for request in bucket.server.requests:
        assert "authorization" not in request.headers
        assert "a-token-of-this-test" not in str(request)


@pytest.mark.parametrize("what", ["object", "bucket"])
def test_a_rejected_download_leaves_the_old_file(bucket: Bucket, tmp_path: Path, what: str) -> None:
    bucket.put("there", b"new")
    target = write_file(tmp_path / "target", b"old")
    url = bucket.presign("get_object", "absent" if what == "object" else "there")
    if what == "bucket":
        url = url.replace(bucket.name, f"{bucket.name}-missing")
    with pytest.raises(OrionError):
        get_session(retry_dict={}).download_to_file(url, target)
    assert target.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["target"]
