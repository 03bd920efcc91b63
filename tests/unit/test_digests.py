"""Digests: which announced digests are accepted, and hashing a file while it is written."""

from __future__ import annotations

import base64
import hashlib
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from orionclient._transfer import digests
from orionclient._transfer.digests import Digest, FileHasher, announced_digest, content_digest, new_hasher

MIB = 1 << 20
SHA = hashlib.sha256(b"x").digest()
SHA_HEADER = f"sha-256=:{base64.b64encode(SHA).decode()}:"
CRC_HEADER = "crc32c=:AAAAAA==:"


class Crc:
    """A stand-in for the hasher of the package google-crc32c, which accepts only bytes."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []

    def update(self, chunk: bytes) -> None:
        assert type(chunk) is bytes
        self.chunks.append(chunk)

    def digest(self) -> bytes:
        return b"".join(self.chunks)


@pytest.fixture
def crc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google_crc32c", SimpleNamespace(Checksum=Crc))


@pytest.fixture
def no_crc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google_crc32c", None)


@pytest.mark.parametrize(
    "headers",
    [
        {"repr-digest": SHA_HEADER},
        {"content-digest": SHA_HEADER},
        {"repr-digest": f"md5=:AAAA:, {SHA_HEADER}"},
        {"repr-digest": f"{CRC_HEADER},{SHA_HEADER}"},
        {"repr-digest": "md5=:AAAA:", "content-digest": SHA_HEADER},
        {"repr-digest": SHA_HEADER, "content-range": "bytes 0-1/2"},
        {"repr-digest": f"  {SHA_HEADER}"},
    ],
)
def test_sha_256_is_preferred(headers: dict[str, str]) -> None:
    assert announced_digest(headers) == Digest("sha-256", SHA)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"repr-digest": ""},
        {"repr-digest": "sha-256=AAAA"},
        {"repr-digest": "sha-256=:AA=A:"},
        {"repr-digest": "sha-256=:A:"},
        {"repr-digest": "xsha-256=:AAAA:"},
        {"repr-digest": SHA_HEADER, "content-encoding": "gzip"},
        # The digest of a chunk and not of the whole content.
        {"content-digest": SHA_HEADER, "content-range": "bytes 0-1/2"},
        {"repr-digest": CRC_HEADER},
        {"digest": SHA_HEADER},
    ],
)
def test_digests_that_cannot_be_verified_are_ignored(headers: dict[str, str], no_crc: None) -> None:
    assert announced_digest(headers) is None


MD5 = hashlib.md5(b"x").digest()
MD5_BASE64 = base64.b64encode(MD5).decode()
SHA_BASE64 = base64.b64encode(SHA).decode()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"content-md5": MD5_BASE64}, Digest("md5", MD5)),
        ({"content-md5": MD5_BASE64, "x-amz-checksum-sha256": SHA_BASE64}, Digest("sha-256", SHA)),
        ({"x-amz-checksum-sha256": SHA_BASE64}, Digest("sha-256", SHA)),
        ({"x-amz-checksum-crc32c": "AAAAAA=="}, Digest("crc32c", bytes(4))),
        ({"x-amz-checksum-type": "FULL_OBJECT", "x-amz-checksum-crc32c": "AAAAAA=="}, Digest("crc32c", bytes(4))),
        ({"x-goog-hash": f"crc32c=AAAAAA==, md5={MD5_BASE64}"}, Digest("crc32c", bytes(4))),
        ({"x-goog-hash": f"md5={MD5_BASE64}"}, Digest("md5", MD5)),
        ({"repr-digest": f"md5=:{MD5_BASE64}:"}, Digest("md5", MD5)),
        # After a malformed digest, the next one is used.
        ({"repr-digest": "sha-256=:A:", "x-amz-checksum-sha256": SHA_BASE64}, Digest("sha-256", SHA)),
        # A digest of another length matches no content.
        ({"content-md5": "AAAA"}, Digest("md5", bytes(3))),
        ({"content-md5": ""}, None),
        ({"content-md5": f"{MD5_BASE64}?"}, None),
        # The digest of the digests of the parts.
        ({"x-amz-checksum-sha256": f"{SHA_BASE64}-3"}, None),
        ({"x-amz-checksum-type": "COMPOSITE", "x-amz-checksum-sha256": SHA_BASE64}, None),
        # The digest of the stored form, which was decompressed in transit.
        ({"x-goog-hash": f"md5={MD5_BASE64}", "x-goog-stored-content-encoding": "gzip"}, None),
        ({"x-goog-hash": f"md5={MD5_BASE64}", "x-goog-stored-content-encoding": "identity"}, Digest("md5", MD5)),
        ({"content-md5": MD5_BASE64, "content-range": "bytes 0-1/2"}, None),
        ({"x-amz-checksum-sha256": SHA_BASE64, "content-range": "bytes 0-1/2"}, None),
        ({"content-md5": MD5_BASE64, "content-encoding": "gzip"}, None),
    ],
)
def test_digests_of_storage_services(headers: dict[str, str], expected: Digest | None, crc: None) -> None:
    assert announced_digest(headers) == expected


def test_md5_is_used_if_there_is_nothing_better(no_crc: None) -> None:
    assert announced_digest({"x-goog-hash": f"crc32c=AAAAAA==,md5={MD5_BASE64}"}) == Digest("md5", MD5)


def test_md5_may_be_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(**_: object) -> None:
        raise ValueError("disabled for FIPS")

    monkeypatch.setattr(hashlib, "md5", forbidden)
    assert announced_digest({"content-md5": MD5_BASE64}) is None


def test_crc32c_is_used_if_there_is_nothing_better(crc: None) -> None:
    assert announced_digest({"repr-digest": CRC_HEADER}) == Digest("crc32c", bytes(4))
    assert announced_digest({"repr-digest": f"{CRC_HEADER}, {SHA_HEADER}"}) == Digest("sha-256", SHA)
    # After a malformed digest, the other one is used.
    assert announced_digest({"repr-digest": f"sha-256=:A:, {CRC_HEADER}"}) == Digest("crc32c", bytes(4))
    hasher = new_hasher("crc32c")
    hasher.update(memoryview(b"ab"))
    assert hasher.digest() == b"ab"


def test_the_package_hashes_buffers_of_the_caller() -> None:
    import google_crc32c

    content = bytes(range(256)) * 100
    hasher, wanted = new_hasher("crc32c"), google_crc32c.Checksum(content).digest()
    buffer = memoryview(bytearray(content))
    for start in range(0, len(content), 1000):
        hasher.update(buffer[start : start + 1000])
    assert hasher.digest() == wanted
    # The buffer still belongs to the caller.
    buffer[0] = 7
    buffer.release()
    again = new_hasher("crc32c")
    for chunk in (memoryview(content)[:999], content[999:]):
        again.update(chunk)
    assert again.digest() == wanted


@pytest.mark.parametrize("algorithm", ["sha-256", "crc32c"])
def test_bytes_passed_in_order_are_not_read_again(file: Path, algorithm: str) -> None:
    content, step = file.read_bytes()[: 3 * MIB], MIB // 2
    file.write_bytes(content)
    wanted = new_hasher(algorithm)
    wanted.update(content)
    zeros = file.with_name("zeros")
    zeros.write_bytes(bytes(len(content)))
    # Only bytes that were not passed in order are read from the file.
    for order, read in ((range(6), False), ([0, 2, 1, 3, 4, 5], True), ([1, 2, 3, 4, 5, 0], True)):
        for path in (file, zeros):
            follower = FileHasher(path, new_hasher(algorithm), 3 * MIB)
            for index in order:
                follower.update_at(index * step, memoryview(bytearray(content[index * step : (index + 1) * step])))
            assert (follower.finish() == wanted.digest()) is (path == file or not read)


def test_without_the_package(no_crc: None) -> None:
    assert new_hasher("crc32c") is None
    hasher = new_hasher("sha-256")
    hasher.update(b"x")
    assert hasher.digest() == SHA


def test_the_digest_of_sent_content() -> None:
    assert content_digest([b"x"]) == (SHA_HEADER, SHA, 1)
    assert content_digest([b"", memoryview(b"ab"), b"c"])[1:] == (hashlib.sha256(b"abc").digest(), 3)
    assert content_digest([])[2] == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "part"
    path.write_bytes(bytes(range(256)) * (12 * MIB // 256))
    return path


def wanted(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@pytest.mark.parametrize("size", [None, 8 * MIB - 1, 8 * MIB, 12 * MIB])
def test_a_thread_hashes_large_files(file: Path, size: int | None) -> None:
    follower = FileHasher(file, hashlib.sha256(), size)
    named = [thread for thread in threading.enumerate() if thread.name == "digest of part"]
    assert len(named) == (size is not None and size >= 8 * MIB)
    assert all(thread.daemon for thread in named)
    # Never beyond the written bytes, and never backwards.
    for position in (0, 5, 3 * MIB, MIB, 12 * MIB):
        follower.advance(position)
    assert follower.finish() == wanted(file)
    assert not any(thread.is_alive() for thread in named)


def test_the_thread_stays_behind_the_writer(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = file.read_bytes()
    with file.open("r+b") as stream:
        stream.seek(4 * MIB)
        stream.write(bytes(8 * MIB))
    seen: list[int] = []

    class Hasher:
        def __init__(self) -> None:
            self.inner = hashlib.sha256()
            self.there = threading.Event()

        def update(self, chunk: memoryview) -> None:
            self.inner.update(chunk)
            seen.append(len(chunk))
            if sum(seen) == 4 * MIB - 7:
                self.there.set()

        def digest(self) -> bytes:
            return self.inner.digest()

    hasher = Hasher()
    follower = FileHasher(file, hasher, 12 * MIB)
    follower.advance(4 * MIB - 7)
    assert hasher.there.wait(20)
    # The rest is written only now; bytes that were read before are not read again.
    file.write_bytes(whole)
    assert follower.finish() == hashlib.sha256(whole).digest()
    assert sum(seen) == len(whole)
    assert max(seen) <= MIB


def test_an_unreadable_file(tmp_path: Path) -> None:
    follower = FileHasher(tmp_path / "gone", hashlib.sha256(), 9 * MIB)
    follower.advance(1)
    with pytest.raises(FileNotFoundError):
        follower.finish()


def test_stop_ends_the_thread(file: Path) -> None:
    follower = FileHasher(file, hashlib.sha256(), 12 * MIB)
    follower.advance(12 * MIB)
    follower.stop()
    follower.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "digest of part"]


def test_a_thread_is_used_from_8_mib_on() -> None:
    assert digests._THREAD_THRESHOLD == 8 * MIB
