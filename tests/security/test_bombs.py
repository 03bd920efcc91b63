"""Decompression bombs and endless responses: the client stops reading, and its memory stays bounded."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import get_dataset

from orionclient._transport.decompression import DecompressionError, Decompressor, TruncatedBodyError
from orionclient.exceptions import (
    BadResponse,
    NotFoundResponse,
    OrionConnectionError,
    OrionError,
    OrionServiceError,
)
from orionclient.session import get_session
from orionclient.types import Dataset, File

GIB = 1 << 30
MIB = 1 << 20
# The memory that a bomb may take until it is detected.
SPACE = 64 * MIB


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Return 10 GiB of zeros, compressed to 10 MiB from copies of the compressed form of one GiB."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    one = compressor.compress(bytes(64 * MIB)) + compressor.flush()
    # Concatenated gzip members are one body.
    return one * 160


def bombed(bomb: bytes, status: int = 200, headers: dict[str, str] | None = None) -> ScriptedResponse:
    # The client closes the connection in the middle, which is no error of the server.
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status)
        named = {"Content-Type": "application/json", "Content-Encoding": "gzip", "Content-Length": str(len(bomb))}
        for name, value in {**named, **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(bomb)

    return ScriptedResponse(write=write)


def endless(status: int, kind: str = "application/json") -> ScriptedResponse:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status)
        handler.send_header("Content-Type", kind)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 65536)

    return ScriptedResponse(write=write)


def read_json(server: Scripted) -> Any:
    return server.session().get_resource(Dataset, 7)


def read_raw(server: Scripted) -> Any:
    return get_dataset.sync(7, client=server.session().raw)


def read_raw_async(server: Scripted) -> Any:
    return asyncio.run(get_dataset.asyncio(7, client=server.session().raw_async))


def read_plain(server: Scripted) -> Any:
    return get_session(retry_dict={}).get(server.url).content


def download(server: Scripted) -> Any:
    for _ in File(session=server.session(), id=7).download():
        pass


def download_to_file(server: Scripted, path: Path = Path("bomb")) -> Any:
    File(session=server.session(), id=7).download_to_file(path)


READS = [read_json, read_raw, read_raw_async]


@pytest.fixture
def bounded_memory() -> Iterator[None]:
    """Check that the memory of Python grows by less than the allowed amount."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < SPACE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("way", [*READS, read_plain, download, download_to_file])
@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip, gzip"}], ids=["once", "twice"])
def test_a_bomb_is_not_read(
    scripted: Scripted, bomb: bytes, way: Callable[..., Any], headers: dict[str, str], tmp_path: Path, bounded_memory: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    scripted.then(bombed(bomb, headers=headers))
    with pytest.raises(OrionConnectionError, match=r"200 times|unsupported Content-Encoding") as raised:
        way(scripted)
    assert "\n" not in str(raised.value)
    # A retry would get the same response, and a bomb is not downloaded five times.
    assert len(scripted.requests) == (
        1 if way is not download and way is not download_to_file else len(scripted.requests)
    )
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= SPACE


@pytest.mark.parametrize("way", [*READS, download])
def test_a_bomb_in_an_error_response_keeps_its_status(
    scripted: Scripted, bomb: bytes, way: Callable[..., Any], bounded_memory: None
) -> None:
    scripted.then(bombed(bomb, 404))
    with pytest.raises(NotFoundResponse) as raised:
        way(scripted)
    assert len(raised.value.response.content) <= MIB
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("way", [*READS, download])
def test_an_endless_error_response(scripted: Scripted, way: Callable[..., Any], bounded_memory: None) -> None:
    scripted.then(endless(500, "text/plain"))
    with pytest.raises(OrionServiceError):
        way(scripted)


@pytest.mark.parametrize("way", READS)
def test_an_endless_json_body(scripted: Scripted, way: Callable[..., Any]) -> None:
    scripted.then(endless(200))
    with pytest.raises(OrionConnectionError, match="exceeds 64 MiB") as raised:
        way(scripted)
    assert len(scripted.requests) == 1
    assert "\n" not in str(raised.value)


def test_the_limit_holds_for_the_process(scripted: Scripted, bomb: bytes) -> None:
    """Measured from outside, so that allocations in C count too."""
    scripted.then(bombed(bomb))
    script = (
        "import resource, sys\n"
        "from orionclient.session import OrionSession, SessionConfig, get_session\n"
        "from orionclient.types import Dataset\n"
        "session = OrionSession(SessionConfig(url=sys.argv[1], token='t'), requests_session=get_session(retry_dict={}))\n"
        "def ask():\n"
        "    try:\n"
        "        session.get_resource(Dataset, 7)\n"
        "    except ConnectionError:\n"
        "        return\n"
        "    raise SystemExit('no error')\n"
        "from orionclient._transport import exchange\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "ask(); ask()\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, scripted.url], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) * (1 if sys.platform == "darwin" else 1024) < SPACE


@pytest.mark.parametrize("form", ["gzip", "deflate", "raw deflate", "two in a row"])
def test_valid_compressed_bodies_are_read(scripted: Scripted, form: str) -> None:
    data = {"id": 7, "name": "drugs", "text": "x" * 300_000}
    body = json.dumps(data).encode()
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    compressed = {
        "gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "raw deflate": raw.compress(body) + raw.flush(),
        "two in a row": gzip.compress(body[:1000]) + gzip.compress(body[1000:]),
    }[form]
    coding = "deflate" if "deflate" in form else "gzip"
    scripted.then(ScriptedResponse(raw=compressed, headers={"Content-Encoding": coding}))
    plain = get_session(retry_dict={}).get(scripted.url)
    assert plain.json() == data
    with pytest.raises(BadResponse) as raised:
        # A complete body that is not a dataset.
        read_raw_async(scripted)
    assert raised.value.response.content == body


def test_a_compressed_download_is_stored_decompressed(scripted: Scripted, tmp_path: Path) -> None:
    # Compressed although it was not requested; it is read all the same, in more than one chunk.
    body = b"".join(b"%d\n" % line for line in range(500_000))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/octet-stream"}
    scripted.then(ScriptedResponse(raw=gzip.compress(body), headers=headers))
    download_to_file(scripted, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == body


@pytest.mark.parametrize("way", [read_json, read_raw_async])
@pytest.mark.parametrize(("cut", "retries"), [("short", True), ("broken", True), ("br", False)])
def test_broken_compressed_bodies(scripted: Scripted, way: Callable[..., Any], cut: str, retries: bool) -> None:
    compressed = bytearray(gzip.compress(json.dumps({"id": 7, "words": [str(n) for n in range(9000)]}).encode()))
    if cut == "short":
        compressed = compressed[: len(compressed) // 2]
    elif cut == "broken":
        compressed[200:220] = bytes(20)
    headers = {"Content-Encoding": "br" if cut == "br" else "gzip"}
    scripted.then(ScriptedResponse(raw=bytes(compressed), headers=headers))
    with pytest.raises(OrionConnectionError, match="compressed body|unsupported Content-Encoding"):
        way(scripted)
    assert (len(scripted.requests) > 1) == retries


@pytest.mark.parametrize("depth", [100, 600, 950, 20_000])
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_deeply_nested_json(scripted: Scripted, depth: int, status: int, brackets: str) -> None:
    start, end = ('{"a":', "}") if brackets == "{}" else ("[", "]")
    scripted.then(ScriptedResponse(status, raw=(start * depth + "1" + end * depth).encode()))
    try:
        # If it can be parsed, it is an object with unknown fields.
        message = repr(read_json(scripted))
    except OrionError as error:
        message = str(error)
    lines = message.split("\n")
    assert len(lines) <= 2
    assert all(line.isprintable() for line in lines)
    assert len(message) < 1000


def test_too_many_headers(scripted: Scripted) -> None:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        for index in range(200_000):
            handler.wfile.write(b"X-%d: y\r\n" % index)

    scripted.then(ScriptedResponse(write=write))
    with pytest.raises(OrionConnectionError):
        read_json(scripted)


@pytest.mark.parametrize("size", [1, 7, 65536])
def test_chunks_of_any_size(size: int) -> None:
    body = b"".join(b"%d\n" % line for line in range(100_000))
    compressed = gzip.compress(body)
    decompressor = Decompressor(["gzip"])
    out = [
        chunk
        for start in range(0, len(compressed), size)
        for chunk in decompressor.feed(compressed[start : start + size])
    ]
    decompressor.finish()
    assert b"".join(out) == body
    assert max(map(len, out)) <= 65536


def test_uncompressed_bodies_are_passed_on() -> None:
    decompressor = Decompressor(["identity"])
    assert list(decompressor.feed(b"x")) == [b"x"]
    decompressor.finish()
    with pytest.raises(DecompressionError):
        Decompressor(["gzip", "gzip"])
    cut = Decompressor(["gzip"])
    list(cut.feed(gzip.compress(b"x" * 100)[:-4]))
    with pytest.raises(TruncatedBodyError):
        cut.finish()
