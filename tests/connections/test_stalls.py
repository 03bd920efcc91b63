"""A body that drips ends: JSON at the timeout of its request, a stream at the minimum rate. On a virtual clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import download_file, get_file

from orionclient._runtime.clock import CLOCK
from orionclient._transport.stalls import MIN_RATE, STALL_SECONDS, StalledError, StallWatch
from orionclient.exceptions import OrionTimeout
from orionclient.session import OrionSession, get_session
from orionclient.types import File

SIZE = 100_000
CONTENT = bytes(SIZE)


class Drip:
    """Sends a chunk every `seconds` on the clock of the client, whose time passes with each chunk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float, chunk: bytes = b"\0") -> None:
        self.passed = 0.0
        self.sent: list[int] = []
        self._seconds, self._chunk = seconds, chunk
        monotonic = CLOCK.monotonic
        monkeypatch.setattr(CLOCK, "monotonic", lambda: monotonic() + self.passed)

    def write(self, handler: BaseHTTPRequestHandler) -> None:
        found = handler.headers.get("Range", "bytes=0-")
        start = int(found.removeprefix("bytes=").partition("-")[0])
        handler.send_response_only(206 if start else 200)
        handler.send_header("ETag", '"a"')
        handler.send_header("Content-Length", str(SIZE - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{SIZE - 1}/{SIZE}")
        handler.end_headers()
        self.sent.append(0)
        handler.close_connection = True
        try:
            while self.sent[-1] < SIZE - start:
                self.passed += self._seconds
                handler.wfile.write(self._chunk)
                handler.wfile.flush()
                self.sent[-1] += len(self._chunk)
                # Lets the client read this chunk before the clock moves on.
                time.sleep(0.002)
        except OSError:
            return

    @property
    def response(self) -> ScriptedResponse:
        return ScriptedResponse(write=self.write)


def by_file(session: OrionSession, folder: Path) -> None:
    File(id=1, session=session).download_to_file(folder / "out")


def by_chunks(session: OrionSession, folder: Path) -> None:
    assert sum(map(len, File(id=1, session=session).download())) == SIZE


def by_raw(session: OrionSession, folder: Path) -> None:
    with download_file.sync(1, client=session.raw) as response:
        assert sum(map(len, response.iter_bytes())) == SIZE


def by_raw_async(session: OrionSession, folder: Path) -> None:
    async def work() -> None:
        response = await download_file.asyncio(1, client=session.raw_async)
        assert sum([len(chunk) async for chunk in response.aiter_bytes()]) == SIZE

    asyncio.run(work())


def by_http_session(session: OrionSession, folder: Path) -> None:
    with get_session({}).get(f"{session.config.url}/x", stream=True) as response:
        assert len(response.content) == SIZE


WAYS = {by_file: 6, by_chunks: 6, by_raw: 1, by_raw_async: 1, by_http_session: 1}
Way = Callable[[OrionSession, Path], None]


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_a_stream_below_the_minimum_rate_is_stalled(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: Way
) -> None:
    # No wait is longer than the timeout.
    drip = Drip(monkeypatch, seconds=9)
    scripted.then(drip.response)
    with pytest.raises(OrionTimeout, match=f"the transfer stalled: less than {MIN_RATE} bytes/s for [0-9]+ s"):
        way(scripted.session(), tmp_path)
    # A transfer of a session is resumed five times without progress, then it fails.
    assert len(scripted.requests) == len(drip.sent) == WAYS[way]
    assert all("Range" in request.headers for request in scripted.requests[1:])


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_a_slow_stream_above_the_minimum_rate_arrives(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: Way
) -> None:
    drip = Drip(monkeypatch, seconds=9, chunk=bytes(2000))
    scripted.then(drip.response)
    way(scripted.session(), tmp_path)
    assert len(scripted.requests) == 1
    assert drip.passed >= 5 * STALL_SECONDS


@pytest.mark.parametrize("way", [by_file, by_chunks])
def test_a_stalled_stream_is_resumed(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: Way
) -> None:
    slow, fast = Drip(monkeypatch, seconds=9), Drip(monkeypatch, seconds=0.01, chunk=bytes(10_000))

    def rest(handler: BaseHTTPRequestHandler) -> None:
        fast._chunk = bytes(SIZE - int(handler.headers["Range"].removeprefix("bytes=").rstrip("-")))
        fast.write(handler)

    scripted.then(slow.response, ScriptedResponse(write=rest))
    way(scripted.session(), tmp_path)
    assert len(scripted.requests) == 2


@pytest.mark.parametrize("way", [by_file, by_chunks, by_raw, by_raw_async])
def test_a_longer_timeout_of_the_caller_replaces_the_limit(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: Way
) -> None:
    drip = Drip(monkeypatch, seconds=30, chunk=bytes(1000))
    scripted.then(drip.response)
    way(scripted.session(request_timeout=10_000, retry_timeout=10_000), tmp_path)
    assert drip.passed > 20 * STALL_SECONDS


def read(session: OrionSession) -> object:
    return session.get_resource(File, 1)


def read_raw_async(session: OrionSession) -> object:
    return asyncio.run(get_file.asyncio(1, client=session.raw_async))


def test_json_ends_at_the_timeout_of_its_request(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    drip = Drip(monkeypatch, seconds=9, chunk=b" " * 1000)
    scripted.then(drip.response)
    with pytest.raises(OrionTimeout, match="no response within the timeout") as caught:
        read(scripted.session())
    # Each attempt ends after 60 s at any rate, and the last one after 300 s.
    assert caught.value.attempts == len(scripted.requests) <= 5


def test_the_time_between_two_reads_does_not_count(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(raw=CONTENT))
    passed = 0.0
    monotonic = CLOCK.monotonic
    monkeypatch.setattr(CLOCK, "monotonic", lambda: monotonic() + passed)
    with get_session({}).get(scripted.url, stream=True) as response:
        for _ in response.iter_content(100):
            passed += STALL_SECONDS
    assert passed > 100 * STALL_SECONDS


def test_the_rate_is_measured_again_and_again() -> None:
    watch = StallWatch(10)
    watch.record(10**9, 1)
    watch.record(1, STALL_SECONDS)
    for _ in range(3):
        watch.record(int(STALL_SECONDS * MIN_RATE), STALL_SECONDS)
    watch.record(1, STALL_SECONDS / 2)
    with pytest.raises(StalledError):
        watch.record(1, STALL_SECONDS / 2)


def test_an_upload_that_the_server_hardly_reads_ends(scripted: Scripted) -> None:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        try:
            for _ in range(6000):
                handler.connection.recv(1)
                time.sleep(0.01)
        except OSError:
            return

    def body() -> Iterator[bytes]:
        while True:
            yield bytes(1 << 16)

    scripted.then(ScriptedResponse(write=write))
    # The system reports that it can send only once a third of its buffer is free, so every wait is limited.
    with pytest.raises(OrionTimeout, match="no response within the timeout"):
        get_session({}, 1, 1).put(f"{scripted.url}/x", data=body(), stream=True)
