"""`get_session(transport=...)`: requests are sent with a transport of the caller, and all rules of the session still apply."""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import json
import logging
import os
import pickle
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers.canary import CANARY
from helpers.http2 import Http2Server
from helpers.scripted import Scripted, ScriptedResponse
from helpers.socks5 import Socks5Proxy
from orion_api.api.files import get_file, upload_file_content
from orion_api.api.identity import get_current_user

from orionclient._runtime.clock import CLOCK
from orionclient._transport import exchange
from orionclient.config import SessionConfig
from orionclient.exceptions import BadResponse, OrionConnectionError, OrionError, OrionTimeout, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File

FILE = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "created": "2020-01-01T00:00:00.000000Z",
    "size": 3,
}
CONFIG = SessionConfig("https://orion.example.test", CANARY)
LIBRARIES = [name for name in ("httpx", "httpx2") if importlib.util.find_spec(name)]


def over(handler: Callable[[httpx.Request], Any], config: SessionConfig = CONFIG, **options: Any) -> OrionSession:
    return OrionSession(config, requests_session=get_session(transport=httpx.MockTransport(handler), **options))


def file_response(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=FILE)


@pytest.mark.parametrize(
    ("transport", "message"),
    [
        (42, "transport must have a method handle_request or handle_async_request, as .* but it is of type int"),
        ("http://localhost:3128", "but it is of type str"),
        (file_response, "but it is of type function"),
        (httpx.HTTPTransport, r"transport must be an instance, not the class HTTPTransport; pass HTTPTransport\(\)"),
        (httpx.AsyncHTTPTransport, "must be an instance, not the class AsyncHTTPTransport"),
        (dict, "but it is of type dict"),
    ],
)
def test_what_is_not_a_transport(transport: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        get_session(transport=transport)


def test_a_client_is_not_a_transport() -> None:
    with httpx.Client() as client, pytest.raises(ValidationError, match="but it is of type Client"):
        get_session(transport=client)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LIBRARIES)
def test_requests_are_of_the_library_of_the_transport(name: str) -> None:
    library = importlib.import_module(name)
    kinds = []

    def handler(request: Any) -> Any:
        kinds.append(type(request))
        return library.Response(200, json=FILE)

    http = get_session(transport=library.MockTransport(handler))
    assert OrionSession(CONFIG, requests_session=http).get_resource(File, 1).name == "x"
    assert kinds == [library.Request]


def test_the_token_headers_and_timeouts_of_a_request() -> None:
    requests: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return file_response(request)

    session = over(handler, request_timeout=7)
    assert session.get_resource(File, 1).name == "x"
    (request,) = requests
    assert (request.method, str(request.url)) == ("GET", "https://orion.example.test/api/v3/storage/files/1/")
    assert request.headers["Authorization"] == f"Token {CANARY}"
    assert request.headers["Host"] == "orion.example.test"
    timeouts = request.extensions["timeout"]
    assert set(timeouts) == {"connect", "read", "write", "pool"}
    assert 0 < timeouts["read"] <= 7


def test_nothing_is_pooled() -> None:
    exchange.close_connections()
    over(file_response).get_resource(File, 1)
    assert exchange.REGISTRY._pools == {}


def test_retries_and_redirects_stay_those_of_the_session() -> None:
    seen: list[httpx.Request] = []
    responses = [
        httpx.Response(503),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/x"}),
        httpx.Response(200, json=FILE),
    ]

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return responses.pop(0)

    assert over(handler).get_resource(File, 1).name == "x"
    assert [request.url.host for request in seen] == ["orion.example.test", "orion.example.test", "elsewhere.example"]
    assert [request.headers.get("X-Attempt") for request in seen] == ["1", "2", "2"]
    # The token is sent to the origin of the profile only.
    assert ["Authorization" in request.headers for request in seen] == [True, True, False]


class Gzip(httpx.BaseTransport):
    """Sends a compressed body, in a stream."""

    def __init__(self, data: bytes, *, reads: bool = False) -> None:
        self._data, self._reads = data, reads

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        response = httpx.Response(200, headers=headers, stream=Chunks([self._data[:5], self._data[5:]]))
        if self._reads:
            response.read()
        return response


class Chunks(httpx.SyncByteStream):
    def __init__(self, chunks: Any) -> None:
        self._chunks = chunks
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks
        self._chunks = []

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("reads", [False, True], ids=["a stream", "read by the transport"])
def test_bodies_are_decompressed_once(*, reads: bool) -> None:
    transport = Gzip(gzip.compress(json.dumps(FILE).encode()), reads=reads)
    session = OrionSession(CONFIG, requests_session=get_session(transport=transport))
    assert session.get_resource(File, 1).name == "x"


def test_a_decompression_bomb_is_rejected() -> None:
    transport = Gzip(gzip.compress(b" " * (100 << 20)))
    with pytest.raises(OrionConnectionError, match="decompression bomb"):
        get_session({}, transport=transport).get("https://orion.example.test/x")


def test_another_range_is_rejected() -> None:
    session = over(
        lambda _: httpx.Response(206, headers={"Content-Range": "bytes 0-0/9"}, content=b"x"), retry_timeout=1
    )
    with pytest.raises(OrionConnectionError, match="206 Partial Content"):
        session.get_resource(File, 1)


def test_errors_of_the_server_hide_the_token() -> None:
    with pytest.raises(BadResponse) as raised:
        over(lambda request: httpx.Response(400, json={"detail": dict(request.headers)})).get_resource(File, 1)
    assert CANARY not in str(raised.value)


def test_the_chunks_of_a_body_are_copies(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    path = tmp_path / "content"
    path.write_bytes(content)
    bodies: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return httpx.Response(200, json=FILE)

    with path.open("rb") as file:
        assert get_session(transport=httpx.MockTransport(handler)).put("https://orion.example.test/x", data=file).ok
    assert bodies == [content]


def test_work_over_a_transport(orion: LocalOrion, tmp_path: Path) -> None:
    with httpx.HTTPTransport() as transport:
        http = get_session(transport=transport)
        session = OrionSession(orion.config(), requests_session=http)
        content = os.urandom(40 << 20)
        # Several parts, by several threads.
        file = File.upload(session, "large", content)
        file.download_to_file(tmp_path / "large")
        assert (tmp_path / "large").read_bytes() == content
        assert get_current_user.sync(client=session.raw).username == "ada"
        assert http.get(f"{orion.url}/api/versions/").ok
        assert len(list(session.list_resources(Dataset))) == len(list(orion.session().list_resources(Dataset)))
        session.close()
        http.close()
        # The transport is still open.
        assert session.get_resource(File, file.id).name == "large"


def test_presigned_uploads_over_a_transport(tmp_path: Path) -> None:
    with LocalOrion(tmp_path / "orion", seed="demo", durable=False, storage=True) as orion:
        with httpx.HTTPTransport() as transport:
            session = OrionSession(orion.config(), requests_session=get_session(transport=transport))
            content = os.urandom(20 << 20)
            file = File.upload(session, "presigned", content)
            file.download_to_file(tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == content


def test_asynchronous_work_over_a_transport(orion: LocalOrion) -> None:
    async def work() -> None:
        async with httpx.AsyncHTTPTransport() as transport:
            session = OrionSession(orion.config(), requests_session=get_session(transport=transport))
            async with session.raw_async as client:
                assert (await get_current_user.asyncio(client=client)).username == "ada"
            # The transport is still open.
            assert (await get_current_user.asyncio(client=session.raw_async)).username == "ada"

    asyncio.run(work())


def test_an_asynchronous_body_over_a_transport() -> None:
    bodies: list[bytes] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(await request.aread())
        return httpx.Response(200, json=FILE)

    session = over(handler)
    asyncio.run(upload_file_content.asyncio(1, body=b"abc" * 1000, client=session.raw_async))
    assert bodies == [b"abc" * 1000]


def test_applications_as_transports() -> None:
    def wsgi(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        assert environ["HTTP_AUTHORIZATION"] == f"Token {CANARY}"
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(FILE).encode()]

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        head = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
        await send(head)
        await send({"type": "http.response.body", "body": json.dumps(FILE).encode()})

    session = OrionSession(CONFIG, requests_session=get_session(transport=httpx.WSGITransport(app=wsgi)))
    assert session.get_resource(File, 1).name == "x"
    session = OrionSession(CONFIG, requests_session=get_session(transport=httpx.ASGITransport(app=asgi)))
    assert asyncio.run(get_file.asyncio(1, client=session.raw_async)).name == "x"


class Plain:
    """A transport that derives from no class of a library."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=FILE)


def test_a_transport_of_the_callers_own_class() -> None:
    library = importlib.import_module(os.environ.get("ORION_HTTP_LIBRARY") or "httpx")
    requests: list[Any] = []

    class Own:
        def handle_request(self, request: Any) -> Any:
            requests.append(request)
            return library.Response(200, json=FILE)

    assert OrionSession(CONFIG, requests_session=get_session(transport=Own())).get_resource(File, 1).name == "x"
    assert type(requests[0]) is library.Request


def test_a_synchronous_transport_in_an_event_loop() -> None:
    session = OrionSession(CONFIG, requests_session=get_session(transport=Plain()))
    with pytest.raises(ValidationError, match="Plain is synchronous: it has no method handle_async_request"):
        asyncio.run(get_file.asyncio(1, client=session.raw_async))


def test_an_asynchronous_transport_in_a_synchronous_call() -> None:
    session = OrionSession(CONFIG, requests_session=get_session(transport=httpx.AsyncHTTPTransport()))
    with pytest.raises(
        ValidationError, match=r"is asynchronous: it has no method handle_request; use it with session\.raw_async"
    ):
        session.get_resource(File, 1)


ERRORS = [
    (httpx.ConnectError("no"), "connect"),
    (httpx.ConnectTimeout("no"), "connect"),
    (ConnectionRefusedError(111, "no"), "connect"),
    (socket.gaierror(-2, "unknown"), "connect"),
    (httpx.ProxyError("403"), "proxy"),
    (httpx.ReadTimeout("late"), "timeout"),
    (TimeoutError("late"), "timeout"),
    (httpx.ReadError("gone"), "lost"),
    (httpx.RemoteProtocolError("Server disconnected without sending a response."), "lost"),
    (httpx.RemoteProtocolError("illegal status line"), "protocol"),
    (ConnectionResetError(104, "gone"), "lost"),
    (ssl.SSLCertVerificationError(1, "not trusted"), "tls"),
    (httpx.LocalProtocolError("bad header"), "protocol"),
]


@pytest.mark.parametrize(("error", "kind"), ERRORS, ids=lambda value: str(value)[:20])
def test_errors_of_the_transport_are_failures(error: Exception, kind: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    session = over(handler, retry_timeout=1)
    kinds: list[str | None] = []
    session._http.on_attempt = lambda attempt: kinds.append(attempt.failure)
    expected = OrionTimeout if kind == "timeout" else OrionConnectionError
    with pytest.raises(expected):
        session.get_resource(File, 1)
    assert set(kinds) == {kind}
    with pytest.raises(OrionError):
        asyncio.run(get_file.asyncio(1, client=session.raw_async))


@pytest.mark.parametrize("way", ["session", "raw_async"])
def test_other_errors_of_the_transport_are_raised_unchanged(way: str) -> None:
    error = KeyError("a defect of the transport")

    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    session = over(handler)
    ways: dict[str, Callable[[], Any]] = {
        "session": lambda: session.get_resource(File, 1),
        "raw_async": lambda: asyncio.run(get_file.asyncio(1, client=session.raw_async)),
    }
    with pytest.raises(KeyError) as raised:
        ways[way]()
    assert raised.value is error


def test_an_error_in_the_middle_of_a_body() -> None:
    def broken() -> Iterator[bytes]:
        yield b"ab"
        raise httpx.ReadError("gone")

    class Broken(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers={"Content-Length": "9"}, stream=Chunks(broken()))

    response = get_session(transport=Broken()).get("https://orion.example.test/x", stream=True)
    with pytest.raises(OrionConnectionError, match="connection lost: gone"):
        list(response.iter_content())


def get_file_twice(transport: Any) -> list[Any]:
    """Get a file with a session and in an event loop; return the results or the errors."""
    session = OrionSession(CONFIG, requests_session=get_session({}, retry_timeout=1, transport=transport))
    found: list[Any] = []
    for call in (
        lambda: session.get_resource(File, 1).to_dict(),
        lambda: asyncio.run(get_file.asyncio(1, client=session.raw_async)),
    ):
        try:
            found.append(call())
        except OrionError as error:
            found.append(error)
    return found


def test_an_error_that_is_its_own_cause_is_a_failure() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        error = httpx.ConnectError("no")
        raise error from error

    found = get_file_twice(httpx.MockTransport(handler))
    assert [type(error) for error in found] == [OrionConnectionError] * 2
    assert all(re.search(r"cannot connect to the server [^ ]+: no", str(error)) for error in found)


@pytest.mark.parametrize("error", [httpx.CloseError("no"), OSError(5, "no")], ids=repr)
def test_an_error_after_the_whole_body_does_not_lose_the_response(error: Exception) -> None:
    class FailsToClose(Chunks, httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in self:
                yield chunk

        def close(self) -> None:
            raise error

        async def aclose(self) -> None:
            raise error

    def handler(request: httpx.Request) -> httpx.Response:
        stream = FailsToClose([json.dumps(FILE).encode()])
        return httpx.Response(200, headers={"Content-Type": "application/json"}, stream=stream)

    assert [
        found["id"] if isinstance(found, dict) else found.id for found in get_file_twice(httpx.MockTransport(handler))
    ] == [1, 1]


def test_a_transport_that_returns_no_response() -> None:
    class Nothing:
        def handle_request(self, request: httpx.Request) -> None: ...

        async def handle_async_request(self, request: httpx.Request) -> None: ...

    found = get_file_twice(Nothing())
    assert [type(error) for error in found] == [ValidationError] * 2
    assert all("the transport Nothing must return a httpx.Response, not NoneType" in str(error) for error in found)


def test_a_content_length_of_many_digits() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Length": "9" * 5000}, stream=Chunks([b"abc"]))

    http = get_session(transport=httpx.MockTransport(handler))
    assert http.get("https://orion.example.test/x").content == b"abc"


@pytest.mark.parametrize("chunk", [b"x", b""], ids=["slow", "empty"])
def test_the_deadline_is_checked_between_reads(chunk: bytes, skipped_waits: list[float]) -> None:
    # Each read takes 0.05 s of the virtual clock.
    stream = Chunks(iter(lambda: CLOCK.sleep(0.05) or chunk, None))

    class Drip(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=stream)

    with pytest.raises(OrionTimeout):
        get_session({}, request_timeout=0.3, retry_timeout=0.3, transport=Drip()).get("https://orion.example.test/x")
    assert 5 <= skipped_waits.count(0.05) <= 7
    assert stream.closed


def test_a_transport_that_does_not_pickle() -> None:
    for value in (http := get_session(transport=httpx.HTTPTransport()), OrionSession(CONFIG, requests_session=http)):
        with pytest.raises(
            TypeError, match=r"cannot pickle a session with the transport HTTPTransport: .*get_session\(transport"
        ):
            pickle.dumps(value)


def test_a_transport_that_pickles() -> None:
    http = get_session({503: 7}, transport=Plain())
    copied = pickle.loads(pickle.dumps(http))
    assert isinstance(copied.transport, Plain)
    assert copied.get("https://orion.example.test/x").json() == FILE
    session = pickle.loads(pickle.dumps(OrionSession(CONFIG, requests_session=http)))
    assert isinstance(session._http.transport, Plain)
    assert session._http.policy == http.policy


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_must_not_use_the_transport() -> None:
    session = over(file_response)
    assert session.get_resource(File, 1).name == "x"
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            session.get_resource(File, 1)
        except ValidationError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        message = pipe.read()
    os.wait()
    assert "the transport MockTransport belongs to the process before the fork" in message
    assert "get_session(transport=...)" in message
    assert session.get_resource(File, 1).name == "x"


def test_settings_of_connections_do_not_apply() -> None:
    """`verify = false` needs no warning, since the transport decides about certificates."""
    config = SessionConfig("https://orion.example.test", CANARY, verify=False, proxy="http://127.0.0.1:1")
    assert over(file_response, config).get_resource(File, 1).name == "x"


def test_http2(caplog: pytest.LogCaptureFixture) -> None:
    # At the level DEBUG, hpack logs every header with its value; docs/transports.md says so.
    caplog.set_level(logging.INFO, logger="hpack")

    def respond(method: str, path: str, body: bytes) -> tuple[int, Any]:
        return 200, {**FILE, "name": f"{method} {body.decode()}"}

    with Http2Server(respond) as server, httpx.HTTPTransport(http1=False, http2=True) as transport:
        config = SessionConfig(server.url, CANARY, allow_http=True)
        session = OrionSession(config, requests_session=get_session(transport=transport))
        assert [session.get_resource(File, 1).name for _ in range(3)] == ["GET "] * 3
        assert get_session(transport=transport).put(f"{server.url}/x", data=b"abc").json()["name"] == "PUT abc"
        assert server.connections == 1
        assert server.requests[0]["authorization"] == f"Token {CANARY}"
        assert "authorization" not in server.requests[3]


def test_a_socks_proxy(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    url = scripted.url.replace("127.0.0.1", "orion.example.test")
    with Socks5Proxy() as proxy, httpx.HTTPTransport(proxy=proxy.url) as transport:
        config = SessionConfig(url, CANARY, allow_http=True)
        session = OrionSession(config, requests_session=get_session(transport=transport))
        assert [session.get_resource(File, 1).name for _ in range(2)] == ["x", "x"]
        assert proxy.hosts == ["orion.example.test"]


def test_a_session_without_a_transport_does_not_load_httpx(scripted: Scripted) -> None:
    """`httpx` takes longer to import than `httpcore`, which sends the requests."""
    code = f"""
import sys
from orionclient.session import get_session
assert get_session().get({scripted.url!r}).ok
print(*sorted({{"httpx", "httpx2", "httpcore", "httpcore2", "rich"}} & set(sys.modules)))
"""
    scripted.then(ScriptedResponse())
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [(os.environ.get("ORION_HTTP_LIBRARY") or "httpx").replace("httpx", "httpcore")]
