"""Content-Encoding: labels that stand for no compression, bytes after a compressed body, and framing headers with unusual values."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from connections_certificates import FILE
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import download_file, get_file

from orionclient._transport.decompression import Decompressor, TruncatedBodyError
from orionclient.exceptions import OrionConnectionError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

DATA = bytes(range(256)) * 8
INFO = {**FILE, "size": len(DATA), "sha256": hashlib.sha256(DATA).hexdigest()}
NO_CODINGS = [
    "", "identity", "aws-chunked", "utf-8", "UTF-8", "none", "binary", "8bit", "application/json", "aws-chunked,identity",
    ", ,",
]  # fmt: skip


def by_session(session: OrionSession, folder: Path) -> bytes:
    path = folder / "out"
    session.get_resource(File, 1).download_to_file(path)
    return path.read_bytes()


def by_chunks(session: OrionSession, _: Path) -> bytes:
    return b"".join(session.get_resource(File, 1).download())


def by_raw_async(session: OrionSession, _: Path) -> bytes:
    async def work() -> bytes:
        await get_file.asyncio(1, client=session.raw_async)
        response = await download_file.asyncio(1, client=session.raw_async)
        return b"".join([chunk async for chunk in response.aiter_bytes()])

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("way", [by_session, by_chunks, by_raw_async])
Way = Callable[[OrionSession, Path], bytes]


@WAYS
@pytest.mark.parametrize("label", NO_CODINGS)
def test_labels_that_stand_for_no_compression(scripted: Scripted, tmp_path: Path, label: str, way: Way) -> None:
    scripted.then(ScriptedResponse(data=INFO), ScriptedResponse(raw=DATA, headers={"Content-Encoding": label}))
    assert way(scripted.session(), tmp_path) == DATA
    assert len(scripted.requests) == 2


@pytest.mark.parametrize("label", NO_CODINGS)
def test_labels_without_a_resource_to_compare_with(scripted: Scripted, label: str) -> None:
    scripted.then(ScriptedResponse(data=FILE, headers={"Content-Encoding": label}))
    assert get_session().get(scripted.url).json() == FILE
    with get_session().get(scripted.url, stream=True) as response:
        buffer = memoryview(bytearray(4))
        assert response.readinto(buffer) == 4
    assert asyncio.run(get_file.asyncio(1, client=scripted.session().raw_async)).name == FILE["name"]


@WAYS
@pytest.mark.parametrize("label", ["aws-chunked,gzip", "gzip, aws-chunked", "GZIP", "x-gzip", "utf-8, x-gzip, none"])
def test_a_compression_among_labels(scripted: Scripted, tmp_path: Path, label: str, way: Way) -> None:
    sent = ScriptedResponse(raw=gzip.compress(DATA), headers={"Content-Encoding": label})
    scripted.then(ScriptedResponse(data=INFO), sent)
    assert way(scripted.session(), tmp_path) == DATA


@WAYS
@pytest.mark.parametrize("label", [None, "aws-chunked"])
def test_compressed_content_without_a_compression_in_its_label(
    scripted: Scripted, tmp_path: Path, label: str | None, way: Way
) -> None:
    stored = gzip.compress(DATA)
    info = {**INFO, "size": len(stored), "sha256": hashlib.sha256(stored).hexdigest()}
    headers = {} if label is None else {"Content-Encoding": label}
    scripted.then(ScriptedResponse(data=info), ScriptedResponse(raw=stored, headers=headers))
    assert way(scripted.session(), tmp_path) == stored


@WAYS
@pytest.mark.parametrize(("label", "named"), [("br", "br"), ("zstd", "zstd"), ("aws-chunked, br", "br"), ("x", "x")])
def test_an_unknown_compression_is_requested_once(
    scripted: Scripted, tmp_path: Path, label: str, named: str, way: Way
) -> None:
    sent = ScriptedResponse(raw=b"compressed", headers={"Content-Encoding": label})
    scripted.then(ScriptedResponse(data={**INFO, "sha256": ""}), sent)
    with pytest.raises(OrionConnectionError, match=f"unsupported Content-Encoding '{named}'"):
        way(OrionSession(scripted.config()), tmp_path)
    assert len(scripted.requests) == 2


def test_a_range_with_a_label_that_stands_for_no_compression(scripted: Scripted, tmp_path: Path) -> None:
    labelled = {"Content-Encoding": "aws-chunked", "ETag": '"a"'}

    def half(handler: BaseHTTPRequestHandler) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in labelled.items())
        handler.wfile.write(f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(DATA)}\r\n\r\n".encode() + DATA[:1000])
        handler.close_connection = True

    rest = {**labelled, "Content-Range": f"bytes 1000-{len(DATA) - 1}/{len(DATA)}"}
    scripted.then(
        ScriptedResponse(data=INFO), ScriptedResponse(write=half), ScriptedResponse(206, raw=DATA[1000:], headers=rest)
    )
    assert by_session(scripted.session(), tmp_path) == DATA
    assert [request.headers.get("Range") for request in scripted.requests[1:]] == [None, "bytes=1000-"]


MEMBERS = gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:])
# Bytes after the first compressed body, and what is read.
TAILS: Mapping[str, tuple[str, bytes]] = {
    "two gzip members": ("gzip", MEMBERS),
    "zeros after gzip": ("gzip", gzip.compress(DATA) + bytes(512)),
    "words after gzip": ("gzip", gzip.compress(DATA) + b"<!-- served by a proxy -->"),
    "words after two members": ("gzip", MEMBERS + b"\n"),
    "words after deflate": ("deflate", zlib.compress(DATA) + b"<!-- served by a proxy -->"),
    "another deflate body": ("deflate", zlib.compress(DATA) + zlib.compress(b"more")),
    "words after raw deflate": ("deflate", zlib.compress(DATA)[2:-4] + b"<!-- served by a proxy -->"),
}


@WAYS
@pytest.mark.parametrize("tail", TAILS)
def test_bytes_after_a_compressed_body(scripted: Scripted, tmp_path: Path, tail: str, way: Way) -> None:
    label, sent = TAILS[tail]
    scripted.then(ScriptedResponse(data=INFO), ScriptedResponse(raw=sent, headers={"Content-Encoding": label}))
    assert way(scripted.session(), tmp_path) == DATA
    assert len(scripted.requests) == 2


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("tail", TAILS)
def test_bytes_after_a_compressed_body_in_chunks(tail: str, size: int) -> None:
    label, sent = TAILS[tail]
    decompressor = Decompressor([label])
    chunks = [chunk for at in range(0, len(sent), size) for chunk in decompressor.feed(sent[at : at + size])]
    decompressor.finish()
    assert b"".join(chunks) == DATA


@pytest.mark.parametrize("sent", [MEMBERS[:-1], MEMBERS[:-9] + b"x" * 9, gzip.compress(DATA) + b"\x1f\x8b"])
def test_a_damaged_second_member_is_an_error(sent: bytes) -> None:
    def read() -> None:
        decompressor = Decompressor(["gzip"])
        list(decompressor.feed(sent))
        decompressor.finish()

    with pytest.raises(TruncatedBodyError):
        read()


@pytest.mark.parametrize("way", [by_session, by_chunks])
def test_ignored_bytes_do_not_replace_missing_ones(scripted: Scripted, tmp_path: Path, way: Way) -> None:
    # The first member is complete, the second one is damaged from its first byte.
    sent = gzip.compress(DATA[:1000]) + b"\0" + gzip.compress(DATA[1000:])[1:]
    scripted.then(ScriptedResponse(data=INFO), ScriptedResponse(raw=sent, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(OrionConnectionError, match="1000 of 2048 bytes|content"):
        way(scripted.session(), tmp_path)
    assert not (tmp_path / "out").exists()


def _with_head(fields: str, body: bytes) -> ScriptedResponse:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body)
        handler.close_connection = True

    return ScriptedResponse(write=write)


BODY = json.dumps({**FILE, "name": "x"}).encode()
JSON = "Content-Type: application/json\r\n"
LENGTH = f"Content-Length: {len(BODY)}"
VALID = {
    "a blank before the length": f"{JSON}Content-Length:    {len(BODY)}  ",
    "leading zeros": f"{JSON}Content-Length: 000{len(BODY)}",
    "the same length twice": f"{JSON}{LENGTH}\r\n{LENGTH}",
    "the same length in a list": f"{JSON}{LENGTH}, {len(BODY)}",
    "a media type in capitals": f"Content-Type: Application/JSON; Charset=UTF-8\r\n{LENGTH}",
    "a media type without blanks": f"Content-Type: application/json;charset=utf-8\r\n{LENGTH}",
}
AMBIGUOUS = {
    "a sign": f"{JSON}Content-Length: +{len(BODY)}",
    "a negative length": f"{JSON}Content-Length: -1",
    "hexadecimal": f"{JSON}Content-Length: 0x10",
    "digits of another script": f"{JSON}Content-Length: \u0665",
    "a blank inside": f"{JSON}Content-Length: 1 0",
    "two lengths": f"{JSON}{LENGTH}\r\nContent-Length: 1",
    "two lengths in a list": f"{JSON}{LENGTH}, 1",
    "no length": f"{JSON}Content-Length: ",
    "another transfer coding": f"{JSON}Transfer-Encoding: gzip, chunked",
    "identity as transfer coding": f"{JSON}Transfer-Encoding: identity\r\n{LENGTH}",
    "two transfer codings": f"{JSON}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
}


def read(session: OrionSession) -> str:
    return session.get_resource(File, 1).name


def read_async(session: OrionSession) -> str:
    return str(asyncio.run(get_file.asyncio(1, client=session.raw_async)).name)


@pytest.mark.parametrize("reader", [read, read_async])
@pytest.mark.parametrize("case", VALID)
def test_unusual_but_valid_framing(scripted: Scripted, case: str, reader: Callable[[OrionSession], str]) -> None:
    scripted.then(_with_head(VALID[case], BODY))
    assert reader(scripted.session()) == "x"


@pytest.mark.parametrize("reader", [read, read_async])
def test_damaged_json_with_a_media_type_in_capitals_is_retried(
    scripted: Scripted, reader: Callable[[OrionSession], str]
) -> None:
    head = "Content-Type: Application/JSON\r\nContent-Length: "
    scripted.then(_with_head(f"{head}4", b'{"id'), _with_head(f"{head}{len(BODY)}", BODY))
    assert reader(scripted.session()) == "x"
    assert len(scripted.requests) == 2


def test_headers_with_one_value_may_be_sent_twice(scripted: Scripted) -> None:
    twice = "Location: /moved\r\nLocation: /moved\r\nContent-Length: 0"

    def moved(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(f"HTTP/1.1 302 Found\r\n{twice}\r\n\r\n".encode())

    scripted.then(ScriptedResponse(write=moved), _with_head(f"{JSON}{JSON}{LENGTH}\r\nX-A: 1\r\nX-A: 1", BODY))
    response = get_session().get(scripted.url)
    assert response.json()["name"] == "x"
    assert (response.headers["content-type"], response.headers["x-a"]) == ("application/json", "1, 1")
    assert scripted.requests[1].path == "/moved"


@pytest.mark.parametrize("reader", [read, read_async])
def test_locations_that_differ_are_not_followed(scripted: Scripted, reader: Callable[[OrionSession], str]) -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")

    scripted.then(ScriptedResponse(write=moved), _with_head(f"{JSON}{LENGTH}", BODY))
    with pytest.raises(OrionConnectionError, match="the server sent several Location headers that differ"):
        reader(OrionSession(scripted.config()))
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("reader", [read, read_async])
@pytest.mark.parametrize("case", AMBIGUOUS)
def test_ambiguous_framing_is_rejected_once(
    scripted: Scripted, case: str, reader: Callable[[OrionSession], str]
) -> None:
    scripted.then(_with_head(AMBIGUOUS[case], BODY))
    with pytest.raises(OrionConnectionError, match="the response is not valid HTTP: .{9}"):
        reader(OrionSession(scripted.config()))
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("reader", [read, read_async])
@pytest.mark.parametrize("case", ["a long header", "many headers", "a long status", "a long Location"])
def test_a_head_that_is_too_long_is_rejected_once(
    scripted: Scripted, case: str, reader: Callable[[OrionSession], str]
) -> None:
    head = {
        "a long header": "HTTP/1.1 200 OK\r\nX-Long: " + "x" * 200_000,
        "many headers": "HTTP/1.1 200 OK\r\n" + "\r\n".join(f"X-{index}: {'y' * 20}" for index in range(6000)),
        "a long status": "HTTP/1.1 200 " + "O" * 200_000,
        "a long Location": "HTTP/1.1 302 Found\r\nLocation: /" + "x" * 200_000,
    }[case]

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        # The client does not read to the end.
        try:
            handler.wfile.write(f"{head}\r\n{LENGTH}\r\n\r\n".encode() + BODY)
        except OSError:
            return

    scripted.then(ScriptedResponse(write=write))
    with pytest.raises(OrionConnectionError, match="the response is not valid HTTP: its head exceeds 100 KiB"):
        reader(OrionSession(scripted.config()))
    assert len(scripted.requests) == 1
