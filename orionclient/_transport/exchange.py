"""Sends one attempt over pooled connections, or with a transport of the caller, and reads the response."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from attrs import evolve

from orionclient._runtime.clock import CLOCK
from orionclient._runtime.warnings import warn
from orionclient._transport.checks import is_compressed, is_success
from orionclient._transport.decompression import Decompressor, TooLargeError
from orionclient._transport.failures import clear_frames, make_body_error, to_failure, transport_errors
from orionclient._transport.pool import REGISTRY, Settings, close_connections
from orionclient._transport.response import Failure, Headers, Response
from orionclient._transport.sockets import DEADLINE
from orionclient._transport.stalls import StallWatch
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from orionclient._transport.connection import RawResponse
    from orionclient._transport.heads import HeaderList
    from orionclient._transport.request import PreparedRequest
    from orionclient._transport.transports import TransportAdapter

__all__ = ["REGISTRY", "Settings", "close_connections", "transmit"]

_CHUNK_SIZE: Final = 64 * 1024
# Maximum size of a body that is read into memory: of a successful response, and of an error response.
_MAX_BODY_SIZE: Final = 64 << 20
_MAX_ERROR_BODY_SIZE: Final = 1 << 20


def warn_insecure(request: PreparedRequest, settings: Settings) -> None:
    """Warn about an unverified TLS connection, on every request."""
    if settings.verify or not request.url.lower().startswith("https:"):
        return
    host = request.origin[1]
    token = " including the token" if "Authorization" in request.headers else ""
    warn(f"unverified https request to {host}: verify is false, so others can read and change the traffic{token}")


def transmit(
    request: PreparedRequest, settings: Settings, transport: TransportAdapter | None = None
) -> Response | Failure:
    """Send one attempt and read its response, except for the body of a response that is kept open.

    Args:
        request: The request, with all headers and the timeout of the attempt.
        settings: Settings of the connection.
        transport: Transport of the caller, which has its own settings; None for pooled connections.

    Returns:
        The response, with any status, or the failure.
    """
    outer = sys.exc_info()[1]
    if transport is None:
        warn_insecure(request, settings)
    sender = transport or REGISTRY.get_pool(request.origin, settings)
    content = request.body.iter_chunks() if request.body is not None else None
    # A deadline is already set if this request is sent while the body of another request is read from its source.
    before = DEADLINE.at
    if request.stream and content is not None:
        DEADLINE.at = None
        content = _start_deadline_at_end(content, request.timeout)
    else:
        DEADLINE.at = CLOCK.monotonic() + request.timeout
    response = None
    try:
        response = sender.exchange(request, content)
        headers = build_headers(response.headers)
        if request.keep_open and is_success(response.status):
            labelled = is_compressed(headers)
            body = _OpenBody(response, request.timeout)
            reader = _make_reader(body)
            return Response(
                response.status, headers, request.url, stream=_iter_body(body, headers), reader=None if labelled else reader,
                raw_reader=reader if labelled else None, close=response.close,
            )  # fmt: skip
        try:
            bounded = BoundedBody(request, response.status, headers)
            for chunk in _iter_decoded(response, headers):
                if not bounded.add_chunk(chunk):
                    break
        finally:
            response.close()
        return Response(response.status, headers, request.url, content=bounded.body)
    except OrionError:
        raise
    except transport_errors() as error:
        clear_frames(error, outer)
        return evolve(to_failure(error, outer), status=None if response is None else response.status)
    finally:
        DEADLINE.at = before


def build_headers(items: Iterable[tuple[bytes, bytes]]) -> Headers:
    return Headers(
        [
            (name.decode("latin-1"), value.decode() if value.isascii() else _decode_header(value))
            for name, value in items
        ]
    )


def _decode_header(value: bytes) -> str:
    """Decode a non-ASCII header: usually UTF-8, historically latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _start_deadline_at_end(chunks: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    yield from chunks
    DEADLINE.at = CLOCK.monotonic() + seconds


class BoundedBody:
    """A response body that is read into memory, up to a maximum size."""

    def __init__(self, request: PreparedRequest, status: int, headers: Mapping[str, str]) -> None:
        self._chunks: list[bytes] = []
        self._count = 0
        self._is_error = not is_success(status)
        # An uncompressed body is not limited if the caller accepts any content type, for example from another server.
        limited = is_compressed(headers) or request.headers.get("Accept") == "application/json"
        self._limit = _MAX_ERROR_BODY_SIZE if self._is_error else _MAX_BODY_SIZE if limited else None

    def add_chunk(self, chunk: bytes) -> bool:
        """Add a chunk; return False if the rest must not be read."""
        self._chunks.append(chunk)
        self._count += len(chunk)
        if self._limit is None or self._count <= self._limit:
            return True
        if not self._is_error:
            self._chunks.clear()
            raise TooLargeError(f"response too large: its body exceeds {_MAX_BODY_SIZE >> 20} MiB")
        return False

    @property
    def body(self) -> bytes:
        return b"".join(self._chunks)[: self._limit]


class _OpenBody:
    """The body of a response that stays open: it has no deadline, but a minimum rate."""

    def __init__(self, response: RawResponse, timeout: float) -> None:
        self.headers: HeaderList = response.headers
        self._response = response
        self._watch = StallWatch(timeout)

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes, at least one; return their count, 0 at the end."""
        started = CLOCK.monotonic()
        count = self._response.readinto(buffer)
        if count:
            self._watch.record(count, CLOCK.monotonic() - started)
        return count


def _iter_raw(response: RawResponse | _OpenBody, headers: Mapping[str, str]) -> Iterator[bytes]:
    # A small response gets a small buffer, of at least one byte, since reading into an empty buffer would look like the end.
    length = headers.get("content-length", "")
    buffer = memoryview(bytearray(min(max(int(length[:9]), 1), _CHUNK_SIZE) if length.isdecimal() else _CHUNK_SIZE))
    while count := response.readinto(buffer):
        yield bytes(buffer[:count])


def make_decompressor(headers: Iterable[tuple[bytes, bytes]]) -> Decompressor:
    """Create the decompressor for a response with these headers."""
    return Decompressor([value.decode("latin-1") for name, value in headers if name.lower() == b"content-encoding"])


def _iter_decoded(response: RawResponse | _OpenBody, headers: Mapping[str, str]) -> Iterator[bytes]:
    if not is_compressed(headers):
        yield from _iter_raw(response, headers)
        return
    decompressor = make_decompressor(response.headers)
    for chunk in _iter_raw(response, headers):
        yield from decompressor.feed(chunk)
    decompressor.finish()


def _iter_body(response: _OpenBody, headers: Mapping[str, str]) -> Iterator[bytes]:
    try:
        yield from _iter_decoded(response, headers)
    except transport_errors() as error:
        failed = error
    else:
        return
    raise make_body_error(failed)


def _make_reader(response: _OpenBody) -> Callable[[memoryview], int]:
    def readinto(buffer: memoryview) -> int:
        try:
            return response.readinto(buffer)
        except transport_errors() as error:
            failed = error
        raise make_body_error(failed)

    return readinto
