"""Heads of requests and responses: what is usual and leaves no doubt is written and read here, and everything else by h11."""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

import h11

HeaderList = list[tuple[bytes, bytes]]

# The longest head that is taken; a server that sends more is not one to talk to.
_MAX_HEAD_SIZE: Final = 100 * 1024
_METHODS: Final = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE"})
# Headers that change something about the connection or the framing.
_FRAMING_FIELDS: Final = frozenset({b"connection", b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"})
_FIELDS: Final = rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [!-~](?:[ -~\t]*[!-~])?\r\n)+)\r\n"
_REQUEST: Final = re.compile(rb"[A-Z]+ [!-~]+ HTTP/1\.1\r\n" + _FIELDS)
_RESPONSE: Final = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9]) [ -~]*\r\n" + _FIELDS)
_NO_CONTENT: Final = frozenset({204, 304})
_LENGTH: Final = 18


class ResponseHead(NamedTuple):
    """The head of a response, and what it says of the content.

    Attributes:
        status: Status.
        headers: All headers, as they were written.
        length: Bytes of the content; None where only its own end tells.
        chunked: Whether the content is in chunks.
        keep_alive: Whether both sides keep the connection.
        rest: What came together with the head; empty where h11 has it.
    """

    status: int
    headers: HeaderList
    length: int | None
    chunked: bool
    keep_alive: bool
    rest: bytes


def encode_request_head(method: bytes, target: bytes, headers: HeaderList, *, content: bool) -> bytes | None:
    """Write the head of a request in which nothing could be taken for anything else.

    Args:
        method: HTTP method.
        target: Path and query.
        headers: All headers.
        content: Whether there is content.

    Returns:
        The head as h11 would write it; None where h11 has to judge, or to frame the content.
    """
    fields = {name.lower(): value for name, value in headers}
    length = fields.get(b"content-length", b"" if content else b"0")
    if (
        method not in _METHODS
        or b"host" not in fields
        or not _is_valid_length(length)
        or not _FRAMING_FIELDS.isdisjoint(fields)
    ):
        return None
    lines = [b"%b %b HTTP/1.1\r\n" % (method, target), *[b"%b: %b\r\n" % field for field in headers], b"\r\n"]
    head = b"".join(lines)
    # As many lines as there are headers, each once: none ends early, none says something else again.
    return head if head.count(b"\n") == len(fields) + 2 and _REQUEST.fullmatch(head) else None


def parse_response_head(data: bytes, method: bytes) -> ResponseHead | None:
    """Read the head of a response in which nothing could be taken for anything else.

    Args:
        data: What came first.
        method: Method of the request.

    Returns:
        The head as h11 would read it; None where h11 has to judge, or to wait for more.
    """
    found = _RESPONSE.match(data)
    if found is None:
        return None
    lines = found[2].split(b"\r\n")[:-1]
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    fields = {name.lower(): value for name, value in headers}
    if fields.get(b"connection", b"").lower() == b"keep-alive":
        del fields[b"connection"]
        once = len(fields) + 1 == len(headers)
    else:
        once = len(fields) == len(headers)
    length = fields.get(b"content-length", b"")
    if not once or not _is_valid_length(length) or not _FRAMING_FIELDS.isdisjoint(fields):
        return None
    status = int(found[1])
    return ResponseHead(
        status,
        headers,
        _content_length(method, status, fields),
        chunked=False,
        keep_alive=True,
        rest=data[found.end() :],
    )


def h11_state_after(method: bytes) -> h11.Connection:
    """Tell h11 of a request that was sent without it.

    Args:
        method: HTTP method.

    Returns:
        Its state, in which it can read the response.
    """
    state = new_h11_state()
    state.send(_stand_in_request(method))
    state.send(h11.EndOfMessage())
    return state


def new_h11_state() -> h11.Connection:
    """Begin with h11.

    Returns:
        Its state before a request.
    """
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_SIZE)


@functools.cache
def _stand_in_request(method: bytes) -> h11.Request:
    return h11.Request(method=method, target=b"/", headers=[(b"Host", b"localhost")])


def head_from_h11(
    state: h11.Connection, event: h11.Response | h11.InformationalResponse, method: bytes
) -> ResponseHead:
    """Take the head of a response from h11.

    Args:
        state: Its state.
        event: What it read.
        method: Method of the request.

    Returns:
        The head.
    """
    fields = dict(event.headers)
    # h11 keeps what comes in chunks, for it has to take them apart.
    chunked = b"transfer-encoding" in fields
    length = None if chunked else _content_length(method, event.status_code, fields)
    rest = b"" if chunked else bytes(state.trailing_data[0])
    return ResponseHead(
        event.status_code, event.headers.raw_items(), length, chunked, state.our_state is h11.DONE, rest
    )


def _is_valid_length(value: bytes) -> bool:
    return value.isdigit() and len(value) <= _LENGTH


def _content_length(method: bytes, status: int, fields: dict[bytes, bytes]) -> int | None:
    """The length of the content; None where only the end of the connection ends it."""
    if method == b"HEAD" or status in _NO_CONTENT or status < 200:
        return 0
    # It is one number, or there is none.
    length = fields.get(b"content-length")
    return None if length is None else int(length)
