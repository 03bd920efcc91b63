"""Request and response heads written and read without h11 have the same result as with h11, and nothing that h11 rejects is accepted."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler

import h11
import pytest
from helpers.scripted import Scripted, ScriptedResponse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orionclient._requesting import retry_loop
from orionclient._transport.heads import encode_request_head, h11_state_after, parse_response_head
from orionclient.exceptions import OrionConnectionError
from orionclient.session import get_session

# The daily run has a fifth of the examples; no deadline per example, because the machine may be busy.
SHARE = 1 if os.environ.get("ORION_NIGHTLY") == "1" else 5
UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
NAMES = st.sampled_from([
    b"Accept", b"Authorization", b"X-Request-Id", b"Content-Type", b"Content-Length", b"content-length", b"Connection", b"TE", b"Upgrade",
    b"Expect", b"Transfer-Encoding", b"Trailer", b"HOST", b"X Y", b"X:", b"", b"X\r\n", b"\xc3\xa4",
])  # fmt: skip
VALUES = st.text(st.characters(max_codepoint=255), max_size=12).map(lambda value: value.encode("latin-1"))
VALUES = st.one_of(
    VALUES,
    st.sampled_from([
        b"5", b"0", b"5, 5", b"+5", b"-1", b"close", b"keep-alive", b"chunked", b"gzip", b"websocket", b"100-continue", b"", b" a", b"a ",
        b"a\tb", b"a\r\nInjected: 1", b"a\nInjected: 1", b"a\rb", b"a\0b", b"\r\n\r\nGET / HTTP/1.1",
    ]),
)  # fmt: skip
TARGETS = st.one_of(
    VALUES, st.sampled_from([b"/", b"/a?b=c", b"", b"/a b", b"/a\r\nX: y", b"/ HTTP/1.1\r\nX: y", b"*"])
)
METHODS = st.sampled_from(
    [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"CONNECT", b"get", b"GET ", b"G\r\n"]
)


Fields = list[tuple[bytes, bytes]]
HOST = (b"Host", b"localhost")


@settings(max_examples=3000 // SHARE, **UNTIMED)
@given(METHODS, TARGETS, st.lists(st.tuples(NAMES, VALUES), max_size=4), st.booleans())
@example(b"POST", b"/a?b=c", [(b"Authorization", b"Bearer x"), (b"Content-Length", b"5")], True)
@example(b"GET", b"/", [(b"Accept", b"a\r\nInjected: 1")], False)
@example(b"GET", b"/", [(b"X\r\nInjected", b"1")], False)
@example(b"GET", b"/ HTTP/1.1\r\nInjected: 1", [], False)
@example(b"POST", b"/", [(b"Content-Length", b"5"), (b"content-length", b"6")], True)
def test_request_heads_are_those_of_h11(method: bytes, target: bytes, fields: Fields, content: bool) -> None:
    headers = [HOST, *fields]
    head = encode_request_head(method, target, headers, content=content)
    if head is None:
        return
    state = h11.Connection(h11.CLIENT)
    assert state.send(h11.Request(method=method, target=target, headers=headers)) == head
    # h11 parses the head to the same request, and no byte is left over.
    server = h11.Connection(h11.SERVER)
    server.receive_data(head)
    request = server.next_event()
    assert isinstance(request, h11.Request)
    assert (request.method, request.target) == (method, target)
    assert request.headers.raw_items() == headers
    assert not server.trailing_data[0]


def test_usual_requests_do_not_need_h11() -> None:
    usual = [
        HOST,
        (b"Accept", b"application/json"),
        (b"Authorization", b"Bearer abc.def-ghi_jkl="),
        (b"User-Agent", b"orionclient/1.0"),
        (b"Content-Type", b'multipart/form-data; boundary="a b"'),
        (b"Content-Length", b"5"),
    ]
    assert encode_request_head(b"PUT", b"/api/v1/storage/files/1/?a=b%20c", usual, content=True)
    assert encode_request_head(b"GET", b"/", usual[:4], content=False)


@pytest.mark.parametrize("name", ["Connection", "Expect", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "host"])
def test_headers_that_change_the_connection_are_left_to_h11(name: str) -> None:
    given = [HOST, (name.encode(), b"close"), (b"Content-Length", b"0")]
    assert encode_request_head(b"POST", b"/", given, content=False) is None


LINES = st.one_of(
    st.sampled_from([
        b"HTTP/1.1 200 OK", b"HTTP/1.1 201 ", b"HTTP/1.1 204 No Content", b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 404 Not\tFound",
        b"HTTP/1.1 200", b"HTTP/1.0 200 OK", b"HTTP/1.1 100 Continue", b"HTTP/1.1 101 Switching", b"HTTP/1.1 999 Odd", b"HTTP/2 200 OK",
        b"HTTP/1.1  200 OK", b"http/1.1 200 OK", b"HTTP/1.1 20x OK", b"ICY 200 OK", b"", b"HTTP/1.1 200 OK\r\nX: y",
        b"HTTP/1.1 200 \xc3\xa4",
    ]),
    VALUES,
)  # fmt: skip
BETWEEN = st.sampled_from([b": "] * 6 + [b":", b" : ", b":  ", b":\t", b" ", b""])
ENDS = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\r\n ", b"\r\n\t"])
FIELDS = st.lists(st.tuples(NAMES, BETWEEN, VALUES, ENDS).map(b"".join), max_size=5).map(b"".join)


@settings(max_examples=5000 // SHARE, **UNTIMED)
@given(
    LINES, ENDS, FIELDS, ENDS, VALUES, METHODS.filter(lambda method: method in {b"GET", b"HEAD", b"POST", b"DELETE"})
)
@example(b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 5\r\nConnection: keep-alive\r\n", b"\r\n", b"12345", b"GET")
@example(b"HTTP/1.1 204 No Content", b"\r\n", b"Content-Length: 5\r\n", b"\r\n", b"", b"DELETE")
@example(b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 5\r\n", b"\r\n", b"", b"HEAD")
@example(b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 5\r\nConnection: close\r\n", b"\r\n", b"", b"GET")
@example(b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"\r\n", b"", b"GET")
@example(
    b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"\r\n", b"0\r\n\r\n", b"GET"
)
@example(b"HTTP/1.1 200 OK", b"\r\n", b"Content-Length: 5\r\n X: folded\r\n", b"\r\n", b"", b"GET")
def test_response_heads_are_read_as_by_h11(
    line: bytes, end: bytes, fields: bytes, last: bytes, content: bytes, method: bytes
) -> None:
    data = line + end + fields + last + content
    head = parse_response_head(data, method)
    if head is None:
        return
    state = h11_state_after(method)
    state.receive_data(data)
    event = state.next_event()
    assert isinstance(event, h11.Response)
    assert (event.status_code, event.headers.raw_items()) == (head.status, head.headers)
    assert head.keep_alive is (state.our_state is h11.DONE)
    assert not head.chunked
    assert state.trailing_data[0] == head.rest
    # The length that h11 derives.
    if len(head.rest) < (head.length or 0):
        state.receive_data(b"x" * ((head.length or 0) - len(head.rest)))
    while isinstance(event := state.next_event(), h11.Data):
        pass
    assert isinstance(event, h11.EndOfMessage)
    assert state.trailing_data[0] == head.rest[head.length :]


@pytest.mark.parametrize("connection", [b"", b"Connection: keep-alive\r\n", b"connection: Keep-Alive\r\n"])
def test_usual_responses_do_not_need_h11(connection: bytes) -> None:
    fields = b'Server: nginx\r\nDate: Wed, 25 Nov 2026 10:00:00 GMT\r\nETag: "a b"\r\nContent-Length: 2\r\n'
    assert parse_response_head(b"HTTP/1.1 200 OK\r\n" + fields + connection + b"\r\nok", b"GET")


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nConnection: close\r\n",
        b"Content-Length: 5\r\nConnection: keep-alive, close\r\n",
        b"Content-Length: 5\r\nUpgrade: websocket\r\n",
        b"Content-Length: 5\nX: y\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length: 5\r\n folded: 1\r\n",
        b"X: y\r\n",
        b"",
    ],
)
def test_ambiguous_responses_are_left_to_h11(fields: bytes) -> None:
    assert parse_response_head(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n12345", b"GET") is None


@pytest.mark.parametrize("content", [[b"1234"], [b"123", b"456"], [b"12345", b"6"]])
def test_content_of_another_length_than_announced_is_an_error(content: list[bytes]) -> None:
    """Otherwise the server would take the rest for the next request, or wait for more."""
    with Scripted(ScriptedResponse(200)) as server:
        http = get_session(retry_timeout=1)
        with pytest.raises(OrionConnectionError, match="not valid HTTP"):
            http.put(f"{server.url}/x", data=iter(content), headers={"Content-Length": "5"})
        before = len(server.requests)
        assert http.put(f"{server.url}/x", data=b"12345").status_code == 200
        assert [request.body for request in server.requests[before:]] == [b"12345"]


@pytest.mark.parametrize("closing", [True, False])
def test_a_header_of_the_caller_closes_the_connection(closing: bool) -> None:
    """h11 tracks this state for the heads that it writes itself."""
    ports = set()

    def write(handler: BaseHTTPRequestHandler) -> None:
        ports.add(handler.client_address[1])
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with Scripted(ScriptedResponse(write=write)) as server:
        http = get_session(retry_timeout=5)
        for _ in range(3):
            assert http.get(server.url, headers={"Connection": "close"} if closing else {}).text == "ok"
    assert len(ports) == (3 if closing else 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_draws_other_random_numbers() -> None:
    """The numbers make idempotency keys: repeated ones would make a server take a new request for a retry."""
    retry_loop._random_hex()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, " ".join(retry_loop._random_hex() for _ in range(100)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        theirs = pipe.read().split()
    os.waitpid(pid, 0)
    ours = [retry_loop._random_hex() for _ in range(100)]
    assert len(theirs) == 100
    assert len({*ours, *theirs}) == 200
    assert {len(each) for each in ours} == {16}
