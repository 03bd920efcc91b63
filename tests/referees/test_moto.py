"""Transfers through presigned addresses of an S3 server that somebody else wrote: equal digests, resumed where broken, no token."""

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


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", SIZES)
def test_a_file_arrives_by_a_presigned_put(bucket: Bucket, tmp_path: Path, size: int) -> None:
    data = content(size)
    response = get_session().upload_file(bucket.address("put_object", "up"), written(tmp_path / "source", data))
    assert response.status_code == 200
    assert bucket.sha256("up") == digest(data)
    assert [(requests.method, requests.status) for requests in bucket.server.requests] == [("PUT", 200)]


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("size", SIZES)
def test_an_object_arrives_by_a_presigned_get(bucket: Bucket, tmp_path: Path, size: int, workers: int) -> None:
    data, target = content(size), tmp_path / "target"
    bucket.put("down", data)
    get_session().download_to_file(bucket.address("get_object", "down"), target, workers=workers)
    assert digest(target.read_bytes()) == digest(data)
    assert [found.name for found in tmp_path.iterdir()] == ["target"]


def test_a_large_object_arrives_in_ranges(bucket: Bucket, tmp_path: Path) -> None:
    data, target = content(160 * MIB), tmp_path / "target"
    bucket.put("large", data)
    get_session().download_to_file(bucket.address("get_object", "large"), target, workers=4, durable=False)
    assert digest(target.read_bytes()) == digest(data)
    ranges = [requests for requests in bucket.server.requests if "range" in requests.headers]
    assert len(ranges) >= 2, bucket.server.requests
    assert {requests.status for requests in ranges} == {206}


@pytest.mark.parametrize("cuts", [[0], [1], [3 * MIB], [MIB, 2 * MIB]])
def test_a_download_that_breaks_goes_on_where_it_broke(bucket: Bucket, tmp_path: Path, cuts: list[int]) -> None:
    data, target = content(8 * MIB), tmp_path / "target"
    bucket.put("broken", data)
    bucket.server.cuts[:] = cuts
    get_session().download_to_file(bucket.address("get_object", "broken"), target)
    assert digest(target.read_bytes()) == digest(data)
    first, *others = [requests for requests in bucket.server.requests if requests.method == "GET"]
    assert (first.status, len(others)) == (200, len(cuts))
    # Where more than nothing came, the rest alone is asked for, of the very object that began to arrive.
    for requests in others if min(cuts) >= MIB else []:
        assert (requests.status, requests.headers["range"][:6]) == (206, "bytes=")
        assert requests.headers["range"] != "bytes=0-"
        assert requests.headers["if-range"].startswith('"')


def test_the_parts_of_a_multipart_upload_arrive(bucket: Bucket, tmp_path: Path) -> None:
    data = content(12 * MIB + 3)
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key="parts")["UploadId"]
    bucket.server.requests.clear()
    session = get_session()

    def send(number: int) -> dict[str, object]:
        part = written(tmp_path / str(number), data[(number - 1) * 5 * MIB : number * 5 * MIB])
        response = session.upload_file(bucket.address("upload_part", "parts", UploadId=upload, PartNumber=number), part)
        return {"PartNumber": number, "ETag": response.headers["etag"]}

    with ThreadPoolExecutor(3) as pool:
        # The last one first: their order is that of their numbers.
        parts = list(pool.map(send, (3, 2, 1)))
    assert not any("authorization" in requests.headers for requests in bucket.server.requests)
    bucket.client.complete_multipart_upload(
        Bucket=bucket.name, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts[::-1]}
    )
    assert bucket.sha256("parts") == digest(data)


def test_no_token_goes_to_a_presigned_address(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A person with a profile, an environment and a job.
    monkeypatch.setenv("ORION_URL", bucket.server.url)
    monkeypatch.setenv("ORION_TOKEN", "a-token-of-this-test")
    monkeypatch.setenv("ORION_JOB_ID", "7")
    session, data = get_session(), content(MIB)
    session.upload_file(bucket.address("put_object", "both"), written(tmp_path / "source", data))
    session.download_to_file(bucket.address("get_object", "both"), tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == data
    assert len(bucket.server.requests) >= 2
    for requests in bucket.server.requests:
        assert "authorization" not in requests.headers
        assert "a-token-of-this-test" not in str(requests)


@pytest.mark.parametrize("what", ["object", "bucket"])
def test_a_rejected_download_leaves_the_old_file(bucket: Bucket, tmp_path: Path, what: str) -> None:
    bucket.put("there", b"new")
    target = written(tmp_path / "target", b"old")
    address = bucket.address("get_object", "absent" if what == "object" else "there")
    if what == "bucket":
        address = address.replace(bucket.name, f"{bucket.name}-of-nobody")
    with pytest.raises(OrionError):
        get_session(retry_dict={}).download_to_file(address, target)
    assert target.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["target"]
