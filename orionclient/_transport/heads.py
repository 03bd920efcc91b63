"""Fast encoding and parsing of common HTTP/1.1 heads; everything else is left to h11."""

from __future__ import annotations

import contextlib
import functools
import re
import ssl
from typing import Final, NamedTuple

import h11

from orionclient._transport.idle import ReuseLimit

HeaderList = list[tuple[bytes, bytes]]

# Maximum size of a response head.
MAX_HEAD_SIZE: Final = 100 * 1024
_METHODS: Final = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE"})
# Headers that affect the connection or the framing of the body.
_FRAMING_FIELDS: Final = frozenset({b"connection", b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"})
_FIELDS: Final = rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [!-~](?:[ -~\t]*[!-~])?\r\n)+)\r\n"
_REQUEST: Final = re.compile(rb"[A-Z]+ [!-~]+ HTTP/1\.1\r\n" + _FIELDS)
_RESPONSE: Final = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9]) [ -~]*\r\n" + _FIELDS)
_NO_CONTENT: Final = frozenset({204, 304})
_LENGTH: Final = 18


class ResponseHead(NamedTuple):
    """The head of a response and the framing of its body.

    Attributes:
        status: HTTP status code.
        headers: All headers, with names as received.
        length: Length of the body in bytes; None if unknown.
        chunked: Whether the body is sent with chunked transfer encoding.
        keep_alive: Whether the connection stays open after the response.
        rest: Bytes of the body that were received with the head; empty if h11 has them.
        limits: Value of the `Keep-Alive` header; None if there is none.
    """

    status: int
    headers: HeaderList
    length: int | None
    chunked: bool
    keep_alive: bool
    rest: bytes
    limits: bytes | None


def encode_request_head(method: bytes, target: bytes, headers: HeaderList, *, content: bool) -> bytes | None:
    """Encode the head of a request if it is unambiguous.

    Args:
        method: HTTP method.
        target: Path and query.
        headers: All headers.
        content: Whether the request has a body.

    Returns:
        The head as h11 would encode it; None if h11 has to validate it, or to frame the body.
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
    # As many lines as headers, without duplicates: rules out header injection and conflicting headers.
    return head if head.count(b"\n") == len(fields) + 2 and _REQUEST.fullmatch(head) else None


def parse_response_head(data: bytes, method: bytes) -> ResponseHead | None:
    """Parse the head of a response if it is complete and unambiguous.

    Args:
        data: The first received bytes.
        method: Method of the request.

    Returns:
        The head as h11 would parse it; None if h11 has to validate it, or to wait for more bytes.
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
    if _may_be_followed_by_body(method, status, fields):
        return None
    return ResponseHead(
        status,
        headers,
        _content_length(method, status, fields),
        chunked=False,
        keep_alive=True,
        rest=data[found.end() :],
        limits=fields.get(b"keep-alive"),
    )


def h11_state_after(method: bytes) -> h11.Connection:
    """Create the h11 state after a request that was sent without h11.

    Args:
        method: HTTP method.

    Returns:
        The state, ready to parse the response.
    """
    state = new_h11_state()
    state.send(_stand_in_request(method))
    state.send(h11.EndOfMessage())
    return state


def new_h11_state() -> h11.Connection:
    """Create the h11 state of a new connection.

    Returns:
        The state, ready to send a request.
    """
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_SIZE)


@functools.cache
def _stand_in_request(method: bytes) -> h11.Request:
    return h11.Request(method=method, target=b"/", headers=[(b"Host", b"localhost")])


def head_from_h11(
    state: h11.Connection, event: h11.Response | h11.InformationalResponse, method: bytes
) -> ResponseHead:
    """Convert a response head of h11.

    Args:
        state: State of h11.
        event: The event with the response head.
        method: Method of the request.

    Returns:
        The head.
    """
    fields = dict(event.headers)
    # h11 buffers a chunked body, since it has to decode it.
    chunked = b"transfer-encoding" in fields
    length = None if chunked else _content_length(method, event.status_code, fields)
    rest = b"" if chunked else bytes(state.trailing_data[0])
    return ResponseHead(
        event.status_code,
        event.headers.raw_items(),
        length,
        chunked,
        keep_alive=state.our_state is h11.DONE and not _may_be_followed_by_body(method, event.status_code, fields),
        rest=rest,
        limits=fields.get(b"keep-alive"),
    )


class ReuseWatch:
    """Watches a connection of the library for reasons not to reuse it.

    These are bytes after a response, which the library would take for its next response, and the limits that the server announced.
    """

    def __init__(self) -> None:
        self._state = new_h11_state()
        self._limit = ReuseLimit()
        self._method = b""
        self._is_sending = False
        self._expects_surplus = False

    def record_sent(self, data: bytes) -> None:
        """Record sent bytes; the first ones after a response start a request."""
        if not self._is_sending:
            self._is_sending = True
            self._method = bytes(data[:8]).partition(b" ")[0]
            self._state = h11_state_after(self._method)

    def record_received(self, data: bytes) -> None:
        """Record received bytes."""
        self._is_sending = False
        self._limit.start_idle()
        # The library raises the same error.
        with contextlib.suppress(h11.RemoteProtocolError):
            if data:
                self._state.receive_data(data)
                while (event := self._state.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                    if isinstance(event, h11.Response):
                        fields = dict(event.headers)
                        self._limit.record_response(fields.get(b"keep-alive"))
                        self._expects_surplus = _may_be_followed_by_body(self._method, event.status_code, fields)

    def must_close(self, secure: object) -> bool:
        """Return whether an idle connection must be closed; `secure` is the TLS object of the connection, if it has one."""
        if self._limit.is_reached():
            return True
        if self._state.their_state is h11.DONE and (self._expects_surplus or self._state.trailing_data[0]):
            return True
        if isinstance(secure, ssl.SSLObject):
            # The TLS layer buffers bytes that it has not decrypted yet.
            try:
                secure.read(1)
            except ssl.SSLWantReadError:
                return False
            except OSError:
                return True
            return True
        return False


def _is_valid_length(value: bytes) -> bool:
    return value.isdigit() and len(value) <= _LENGTH


def _may_be_followed_by_body(method: bytes, status: int, fields: dict[bytes, bytes]) -> bool:
    """Return whether a response without a body announces one, which some servers send later, where the next response is expected."""
    has_no_body = method == b"HEAD" or status in _NO_CONTENT
    return has_no_body and (b"transfer-encoding" in fields or fields.get(b"content-length", b"0").strip(b"0") != b"")


def _content_length(method: bytes, status: int, fields: dict[bytes, bytes]) -> int | None:
    """Return the length of the body; None if the end of the connection ends it."""
    if method == b"HEAD" or status in _NO_CONTENT or status < 200:
        return 0
    # The value was validated: it is one integer, or the header is missing.
    length = fields.get(b"content-length")
    return None if length is None else int(length)
