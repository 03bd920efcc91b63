"""The plain HTTP session of get_session: methods, bodies, retries, deadlines, proxies and redirects."""

from __future__ import annotations

import asyncio
import base64
import copy
import io
import json
import logging
import os
import pickle
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse, drip
from orion_api.api.files import download_file, get_file, list_files, upload_file_content

from orionclient._requesting.limits import get_limiter
from orionclient._requesting.retry import Policy
from orionclient._requesting.retry_loop import CallOptions, send_async
from orionclient._runtime.clock import CLOCK
from orionclient._transport import exchange
from orionclient._transport.request import PreparedRequest
from orionclient.config import SessionConfig, parse_origin
from orionclient.exceptions import BadResponse, OrionConnectionError, OrionTimeout, ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.testing import set_testing
from orionclient.types import File
from orionclient.utils import Backoff, TemporaryPath

FILE = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "created": "2020-01-01T00:00:00.000000Z",
    "size": 3,
}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head"])
def test_methods(scripted: Scripted, method: str) -> None:
    scripted.then(ScriptedResponse(data={"a": 1}))
    with get_session() as http:
        response = getattr(http, method)(f"{scripted.url}/x", headers={"X-Own": "1"})
    assert (response.status_code, response.ok, repr(response)) == (200, True, "<Response [200]>")
    assert scripted.requests[0].method == method.upper()
    assert scripted.requests[0].headers["X-Own"] == "1"


def test_bodies(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse())
    http = get_session()
    for options in (
        {"json": {"a": [1]}},
        {"data": {"a": ["b c", "d"]}},
        {"data": "ü"},
        {"data": b"raw"},
        {"data": io.BytesIO(b"file")},
        {"data": iter([b"it", b"er"])},
    ):
        http.post(scripted.url, **options)
    assert json.loads(scripted.requests[0].body) == {"a": [1]}
    assert [request.body for request in scripted.requests[1:5]] == [b"a=b+c&a=d", "ü".encode(), b"raw", b"file"]
    assert scripted.requests[5].headers["Transfer-Encoding"] == "chunked"
    with pytest.raises(ValidationError, match="made of bytes, not str"):
        http.post(scripted.url, data=iter(["text"]))


def test_parameters(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse())
    get_session().get(f"{scripted.url}/x?a=1", params={"b": [1, "ü"], "none": None})
    assert scripted.requests[0].path == "/x?a=1&b=1&b=%C3%BC"
    get_session().get(f"{scripted.url}/x", params=[("b", 1), ("none", None), ("b", 2)])
    assert scripted.requests[1].path == "/x?b=1&b=2"


@pytest.mark.parametrize("value", ["ü", 3, None])
def test_header_values_of_other_types_are_rejected(scripted: Scripted, value: object) -> None:
    with pytest.raises(ValidationError, match="not shown"):
        get_session().get(scripted.url, headers={"X-Own": value})


def test_statuses_raise_only_on_request(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "gone"}))
    response = get_session(retry_dict={}).get(f"{scripted.url}/x")
    assert not response.ok
    with pytest.raises(BadResponse, match=r"^GET http://127.0.0.1:\d+/x: 404 Not Found: gone"):
        response.raise_for_status()
    scripted.responses = [ScriptedResponse()]
    get_session().get(scripted.url).raise_for_status()


def test_streaming(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(raw=b"0123456789" * 1000))
    with get_session().get(scripted.url, stream=True) as response:
        chunks = list(response.iter_content(7))
    assert b"".join(chunks) == b"0123456789" * 1000
    assert max(map(len, chunks)) == 7
    with pytest.raises(OrionConnectionError, match="read already"):
        list(response.iter_content())
    whole = get_session().get(scripted.url)
    assert b"".join(whole.iter_content(3)) == whole.content == whole.read()
    assert pickle.loads(pickle.dumps(whole)).text == whole.text


def test_retries_are_limited(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.then(ScriptedResponse(404))
    http = get_session({404: 2})
    assert http.get(scripted.url).status_code == 404
    assert len(scripted.requests) == 3
    assert http.post(scripted.url).status_code == 404
    assert len(scripted.requests) == 6
    scripted.responses = [ScriptedResponse(503)]
    assert http.get(scripted.url).status_code == 503
    assert len(scripted.requests) == 7


def test_retry_timeout_limits_the_sum_of_waits(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.then(ScriptedResponse(503))
    http = get_session({503: 1000}, retry_timeout=20, backoff_dict={503: (1, 5)})
    assert http.get(scripted.url).status_code == 503
    assert 10 < sum(skipped_waits) <= 20
    assert all(1 <= wait <= 5 for wait in skipped_waits)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("7", 7, 7.7),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
        ("soon", 1, 1.1),
        ("-3", 1, 1.1),
        ("99999999999999", None, 0),
    ],
)
def test_retry_after(
    scripted: Scripted, skipped_waits: list[float], value: str, low: float | None, high: float
) -> None:
    scripted.then(ScriptedResponse(429, headers={"Retry-After": value}), ScriptedResponse())
    response = get_session().get(scripted.url)
    if low is None:
        assert (response.status_code, skipped_waits) == (429, [])
    else:
        assert response.ok
        assert low <= skipped_waits[0] <= high


def test_each_long_wait_is_logged_once(scripted: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    scripted.then(
        ScriptedResponse(429, headers={"Retry-After": "2"}),
        ScriptedResponse(429, headers={"Retry-After": "0"}),
        ScriptedResponse(),
    )
    get_session().get(f"{scripted.url}/x?secret={CANARY[:5]}")
    lines = [record for record in caplog.records if record.name == "orionclient"]
    assert [record.levelno for record in lines] == [logging.WARNING]
    assert "429, retrying in 2." in lines[0].getMessage()
    assert "secret" not in lines[0].getMessage()


def test_tables_have_statuses_as_keys() -> None:
    for options in ({"retry_dict": {"404": 3}}, {"backoff_dict": {"x": (1, 2)}}):
        with pytest.raises(ValidationError, match="HTTP statuses"):
            get_session(**options)


def test_credentials_of_the_caller_stay_on_their_host(scripted: Scripted) -> None:
    with Scripted(ScriptedResponse(data=1)) as other:
        scripted.then(ScriptedResponse(302, headers={"Location": other.url}))
        http = get_session()
        http.headers["Authorization"] = "Basic mine"
        http.get(scripted.url, headers={"Cookie": "a=b", "X-Api-Key": "1", "Range": "bytes=0-", "If-Range": '"e"'})
        assert scripted.requests[0].headers["Authorization"] == "Basic mine"
        assert scripted.requests[0].headers["Cookie"] == "a=b"
        assert {"Authorization", "Cookie", "X-Api-Key"}.isdisjoint(other.requests[0].headers)
        # Headers that select the content are sent along.
        assert (other.requests[0].headers["Range"], other.requests[0].headers["If-Range"]) == ("bytes=0-", '"e"')


@pytest.mark.parametrize("seconds", [float("inf"), 1e7])
def test_infinite_timeouts(scripted: Scripted, seconds: float) -> None:
    def late(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.1)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    scripted.then(ScriptedResponse(write=late))
    policy = Policy(request_timeout=seconds, retry_timeout=seconds)
    assert get_session(request_timeout=seconds, retry_timeout=seconds).get(scripted.url).content == b"x"
    out = PreparedRequest(method="GET", url=scripted.url, action="x")
    assert asyncio.run(send_async(out, CallOptions(policy), None)).content == b"x"
    assert len(scripted.requests) == 2


def test_redirects_share_one_deadline(scripted: Scripted) -> None:
    def slow(handler: object) -> None:
        time.sleep(0.3)
        handler.send_response_only(302)  # type: ignore[attr-defined]
        handler.send_header("Location", "/on")  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "0")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]

    scripted.then(ScriptedResponse(write=slow))
    with pytest.raises(OrionTimeout):
        get_session(request_timeout=0.5, retry_timeout=0.5).get(scripted.url)
    # Each redirect alone is within the deadline, and the count of redirects is allowed.
    assert len(scripted.requests) <= 2


def test_a_proxy_gets_its_own_credentials(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    proxy = scripted.url.replace("http://", "http://me:p%40ss@")
    config = SessionConfig("http://orion.invalid", CANARY, allow_http=True, proxy=proxy)
    assert OrionSession(config).get_resource(File, 1).name == "x"
    expected = "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert scripted.requests[0].headers["Proxy-Authorization"] == expected
    assert scripted.requests[0].path == "http://orion.invalid/api/v3/storage/files/1/"
    assert asyncio.run(get_file.asyncio(1, client=OrionSession(config).raw_async)).name == "x"
    monkeypatch.setenv("http_proxy", scripted.url)
    plain = SessionConfig("http://other.invalid", CANARY, allow_http=True)
    assert OrionSession(plain).get_resource(File, 1).name == "x"
    assert scripted.requests[-1].path.startswith("http://other.invalid/")
    monkeypatch.setenv("no_proxy", "other.invalid")
    with pytest.raises(OrionConnectionError, match="cannot connect to the server"):
        OrionSession(plain, requests_session=get_session(retry_timeout=1)).get_resource(File, 1)


def test_connections_are_reused(scripted: Scripted) -> None:
    ports: set[int] = set()

    def note(handler: object) -> None:
        ports.add(handler.client_address[1])  # type: ignore[attr-defined]
        handler.send_response_only(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Type", "application/json")  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "9")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(b'{"id": 1}')  # type: ignore[attr-defined]

    scripted.then(ScriptedResponse(write=note))
    for _ in range(20):
        scripted.session().get_resource(File, 1)
    assert len(ports) == 1
    threads = [
        threading.Thread(target=lambda: [scripted.session().get_resource(File, 1) for _ in range(20)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ports) <= 9
    exchange.close_connections()
    scripted.session().get_resource(File, 1)
    assert len(ports) <= 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_connections_of_its_own(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    session = scripted.session()
    session.get_resource(File, 1)
    assert exchange.REGISTRY._pools
    child = os.fork()
    if child == 0:
        empty = not exchange.REGISTRY._pools
        good = session.get_resource(File, 1).name == "x"
        os._exit(0 if empty and good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert session.get_resource(File, 1).name == "x"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_starts_without_rate_limits(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(429, headers={"Retry-After": "1"}), ScriptedResponse())
    get_session().get(scripted.url)
    assert _is_throttled(scripted)
    child = os.fork()
    if child == 0:
        os._exit(1 if _is_throttled(scripted) else 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert _is_throttled(scripted)


def _is_throttled(server: Scripted) -> bool:
    """Return whether requests to a server are throttled."""
    limiter = get_limiter(parse_origin(server.url))
    return max(limiter.reserve("GET", CLOCK.monotonic()) for _ in range(3)) > 0


def test_a_429_of_the_storage_slows_only_the_storage(scripted: Scripted) -> None:
    with Scripted(ScriptedResponse(429, headers={"Retry-After": "1"}), ScriptedResponse(raw=b"content")) as storage:
        scripted.then(ScriptedResponse(302, headers={"Location": f"{storage.url}/presigned"}))
        assert get_session().get(scripted.url).content == b"content"
        assert not _is_throttled(scripted)
        assert _is_throttled(storage)


def test_asynchronous_calls_share_the_rate_limit(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.then(ScriptedResponse(429, headers={"Retry-After": "7"}), ScriptedResponse(data=FILE))
    session = scripted.session(retry_dict=None)
    CLOCK.monotonic = lambda: sum(skipped_waits)

    async def three() -> None:
        async with session.raw_async as client:
            for _ in range(3):
                await get_file.asyncio(1, client=client)

    asyncio.run(three())
    session.get_resource(File, 1)
    first, *others = skipped_waits
    assert 7 <= first <= 7.7
    assert len(others) == 3
    assert all(0 < wait < 0.1 for wait in others)


def test_asynchronous_connections_are_pooled_inside_the_block(scripted: Scripted) -> None:
    ports: list[int] = []

    def note(handler: object) -> None:
        ports.append(handler.client_address[1])  # type: ignore[attr-defined]
        body = json.dumps(FILE).encode()
        handler.send_response_only(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Type", "application/json")  # type: ignore[attr-defined]
        handler.send_header("Content-Length", str(len(body)))  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(body)  # type: ignore[attr-defined]

    scripted.then(ScriptedResponse(write=note))

    async def work() -> None:
        raw = scripted.session().raw_async
        async with raw as client:
            for _ in range(3):
                await get_file.asyncio(1, client=client)
        assert len(set(ports)) == 1
        await get_file.asyncio(1, client=raw)
        assert len(set(ports)) == 2

    asyncio.run(work())


def test_asynchronous_content(scripted: Scripted) -> None:
    async def work() -> None:
        raw = scripted.session().raw_async
        scripted.then(ScriptedResponse(raw=b"x" * 100_000))
        async with await download_file.asyncio(1, client=raw) as stream:
            assert sum([len(chunk) async for chunk in stream.aiter_bytes()]) == 100_000
        with pytest.raises(OrionConnectionError, match="read already"):
            await stream.aread()
        scripted.responses = [ScriptedResponse(data=FILE)]
        await upload_file_content.asyncio(1, client=raw, body=io.BytesIO(b"file"))
        assert scripted.requests[-1].body == b"file"
        scripted.responses = [ScriptedResponse(503), ScriptedResponse(data=FILE)]
        patient = OrionSession(scripted.config(), requests_session=get_session({503: 1})).raw_async
        assert (await get_file.asyncio(1, client=patient)).name == "x"
        scripted.responses = [ScriptedResponse(302, headers={"Location": "/there"}), ScriptedResponse(raw=b"moved")]
        async with await download_file.asyncio(1, client=raw) as stream:
            assert await stream.aread() == b"moved"

    asyncio.run(work())


def test_an_interrupted_asynchronous_download(scripted: Scripted) -> None:
    def cut(handler: object) -> None:
        handler.send_response_only(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "100")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(b"content")  # type: ignore[attr-defined]
        handler.close_connection = True  # type: ignore[attr-defined]

    async def work() -> None:
        async with await download_file.asyncio(1, client=scripted.session().raw_async) as stream:
            with pytest.raises(OrionConnectionError, match="connection lost"):
                await stream.aread()

    scripted.then(ScriptedResponse(write=cut))
    asyncio.run(work())


def test_a_cancelled_task_releases_its_connection(scripted: Scripted) -> None:
    scripted.then(drip(3, 0.1))

    async def work() -> None:
        task = asyncio.create_task(get_file.asyncio(1, client=scripted.session().raw_async))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())


def test_a_stalled_download_times_out(scripted: Scripted) -> None:
    def stall(handler: object) -> None:
        handler.send_response_only(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "100")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(b"content")  # type: ignore[attr-defined]
        handler.wfile.flush()  # type: ignore[attr-defined]
        time.sleep(1)

    scripted.then(ScriptedResponse(write=stall))
    file = File(id=1, session=scripted.session(request_timeout=0.3, retry_timeout=5))
    with pytest.raises(OrionTimeout):
        list(file.download())


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_cannot_be_read_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, name: str
) -> None:
    monkeypatch.setenv(name, f"{tmp_path}/missing.pem")
    with pytest.raises(ValidationError, match=f"set by {name}"):
        get_session().get("https://127.0.0.1:9/")


def test_the_certificates_of_a_profile(tmp_path: object) -> None:
    config = SessionConfig("https://127.0.0.1:9", CANARY, ca_file=f"{tmp_path}/missing.pem")
    with pytest.raises(ValidationError, match="set by ca_file of the profile"):
        OrionSession(config).get_user_profile()


def test_backoff() -> None:
    with set_testing() as waits:
        backoff = Backoff(backoff_dict={429: (5, 6)})
        for _ in range(10):
            backoff.sleep()
        for _ in range(3):
            backoff.sleep(429)
        backoff.sleep(503)
    assert all(0.1 <= wait <= 90 for wait in waits[:10])
    assert all(wait <= 0.3 * 3**attempt for attempt, wait in enumerate(waits[:10]))
    assert all(5 <= wait <= 6 for wait in waits[10:13])
    assert len(waits) == 14


def test_temporary_path() -> None:
    with TemporaryPath(suffix=".dcd") as path:
        assert isinstance(path, str)
        assert path.endswith(".dcd")
        assert os.path.exists(path)
    assert not os.path.exists(path)
    temporary = TemporaryPath(suffix="a/b.sdf")
    with open(temporary) as stream:
        assert stream.read() == ""
    path = temporary.path
    assert path.endswith("a_b.sdf")
    os.unlink(path)
    del temporary
    other = TemporaryPath()
    path = other.path
    assert os.path.exists(path)
    del other
    assert not os.path.exists(path)


@pytest.mark.parametrize(
    "send",
    [
        lambda url: get_session().get(f"{url}/\ud800"),
        lambda url: get_session().get(url, params={"a": "\ud800"}),
        lambda url: get_session().get(url, params={"a": ["b", "c\udfff"]}),
        lambda url: get_session().post(url, data={"a\ud800": "b"}),
        lambda url: get_session().post(url, data="\ud800"),
    ],
)
def test_half_of_a_surrogate_pair_cannot_be_sent(scripted: Scripted, send: Callable[[str], object]) -> None:
    with pytest.raises(ValidationError):
        send(scripted.url)
    assert scripted.requests == []


def test_half_of_a_surrogate_pair_in_a_filter(scripted: Scripted) -> None:
    session = scripted.session()
    with pytest.raises(ValidationError, match="lone surrogate"):
        list(session.list_resources(File, {"name": "a\ud800b"}))
    with pytest.raises(ValidationError, match="lone surrogate"):
        list_files.sync(client=session.raw, name="a\ud800b")
    assert scripted.requests == []


def test_the_http_session_of_a_session(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"id": 1, "username": "ada"}))
    http = get_session(retry_dict={404: 1}, request_timeout=70)
    http.headers["X-Mine"] = "yes"
    session = OrionSession(scripted.config(), requests_session=http)
    assert session.requests_session is http
    assert session.requests_session.get(f"{scripted.url}/x").json()["id"] == 1
    assert "Authorization" not in scripted.requests[-1].headers
    assert scripted.requests[-1].headers["X-Mine"] == "yes"
    assert OrionSession().requests_session.policy.retry_dict is None
    attempts: list[Any] = []
    other = get_session()
    other.on_attempt = attempts.append
    session.requests_session = other
    session.get_user_profile()
    assert (session.requests_session, len(attempts)) == (other, 1)
    with pytest.raises(ValidationError, match="requests_session must be the result of .*get_session"):
        session.requests_session = object()  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("auth", "token"), ("cookies", "headers"), ("verify", "in the profile"), ("cert", "in the profile"), ("proxies", "proxy"),
        ("trust_env", "proxy"), ("mount", "transport="), ("params", "params="), ("send", r"request\(\)"), ("colour", "$"),
    ],
)  # fmt: skip
def test_other_attributes_of_requests_say_what_to_use(name: str, use: str) -> None:
    http = get_session()
    with pytest.raises(AttributeError, match=f"HttpSession has no attribute '{name}'.*{use}"):
        getattr(http, name)
    if name != "colour":
        with pytest.raises(AttributeError, match=f"HttpSession has no attribute '{name}'.*{use}"):
            setattr(http, name, None)


class Echo:
    """A transport that cannot be copied or pickled."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def handle_request(self, request: Any) -> Any:
        return httpx.Response(200, json={"id": 1, "username": request.headers["authorization"]})


def test_copies_share_the_transport() -> None:
    http = get_session(retry_dict={404: 3}, transport=Echo())
    http.headers["X-Mine"] = "yes"
    assert repr(http).endswith("transport=Echo)")
    own = get_session()
    assert ("transport" in repr(own)) == (own.transport is not None)
    session = OrionSession(SessionConfig("https://orion.example.com", token="a"), requests_session=http)
    for duplicate in (copy.copy, copy.deepcopy):
        again = duplicate(http)
        assert (again.transport, again.policy, again.headers) == (http.transport, http.policy, http.headers)
        again.headers["X-Mine"] = "no"
        assert http.headers["X-Mine"] == "yes"
        assert duplicate(session).get_user_profile().username == "Token a"
        assert duplicate(session.get_user_profile()).session is not None
    with pytest.raises(TypeError, match="cannot pickle a session with the transport Echo"):
        pickle.dumps(session)
