"""HTTP transport: sends one attempt over pooled connections and maps errors of the HTTP library to failures."""

from __future__ import annotations

import functools
import re
import ssl
import sys
import traceback
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
from attrs import evolve

from orionclient._runtime.clock import CLOCK
from orionclient._runtime.warnings import warn
from orionclient._transport.connection import WireRequest, close_on_surplus
from orionclient._transport.decompression import DecompressionError, Decompressor, TooLargeError, TruncatedBodyError
from orionclient._transport.library import httpcore, httpx
from orionclient._transport.response import AsyncResponse, Attempt, Body, Failure, Headers, Response, is_success
from orionclient._transport.pool import IDLE_SECONDS, REGISTRY, Settings, close_connections, find_proxy
from orionclient._transport.sockets import DEADLINE
from orionclient.config import parse_origin
from orionclient.exceptions import OrionConnectionError, OrionError, OrionTimeout, ValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from orionclient._transport.connection import RawResponse
    from orionclient._transport.response import FailureKind

__all__ = [
    "REGISTRY",
    "AsyncConnections",
    "Settings",
    "close_connections",
    "sleep_async",
    "transmit",
    "transmit_async",
]  # fmt: skip

_CONNECT_TIMEOUT: Final = 10.0
_DEFAULT_HEADERS: Final = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
_DEFAULT_FIELDS: Final = {name.lower(): (name, value.encode()) for name, value in _DEFAULT_HEADERS.items()}
# URLs that the library would not change: no dot segments, no characters to be percent-encoded.
_CANONICAL_URL: Final = re.compile(
    r"(https?://[^/?#]+)((?:/(?!\.)(?:[A-Za-z0-9_~!$&'()*+,;=:@.-]|%[0-9A-F]{2})*)+(?:\?(?:[A-Za-z0-9_~!$()*+,;=:@./?&-]|%[0-9A-F]{2})*)?)"
)
# Longer URLs are always parsed by the library.
_MAX_CACHED_URL: Final = 8000
# Methods that send "Content-Length: 0" without a body.
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_CHUNK_SIZE: Final = 64 * 1024
# Maximum size of a body that is read into memory: of a successful response, and of an error response.
_MAX_BODY_SIZE: Final = 64 << 20
_MAX_ERROR_BODY_SIZE: Final = 1 << 20


def _build(attempt: Attempt, content: Any, **extensions: Any) -> httpx.Request:
    headers = httpx.Headers(_DEFAULT_HEADERS)
    headers.update(attempt.headers)
    if attempt.body is not None and attempt.body.length is not None:
        headers["Content-Length"] = str(attempt.body.length)
    timeout = attempt.timeout
    phases = {"connect": min(_CONNECT_TIMEOUT, timeout), "read": timeout, "write": timeout, "pool": timeout}
    try:
        return httpx.Request(
            attempt.method, attempt.url, headers=headers, content=content, extensions={"timeout": phases, **extensions}
        )
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise ValidationError(f"invalid URL: {error}") from None


def _warn_insecure(attempt: Attempt, settings: Settings) -> None:
    """Warn about an unverified TLS connection, on every request."""
    if settings.verify or not attempt.url.lower().startswith("https:"):
        return
    host = parse_origin(attempt.url)[1]
    token = " including the token" if "Authorization" in attempt.headers else ""
    warn(f"unverified https request to {host}: verify is false, so others can read and change the traffic{token}")


def _find_tls_error(error: BaseException, outer: BaseException | None) -> str | None:
    chain: BaseException | None = error
    # The chain ends in the exception that the caller was handling already, which is not part of this request.
    while chain is not None and chain is not outer:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return f"the certificate of the server is not trusted: {chain.verify_message}"
        if isinstance(chain, ssl.SSLError) and chain.reason in _PERMANENT_TLS_ERRORS:
            return f"TLS handshake failed: {chain}"
        chain = chain.__cause__ or chain.__context__
    return None


def _to_failure(error: BaseException, outer: BaseException | None) -> Failure:
    """Convert an error of the library to a failure, by whether the server may have received the request.

    `outer` is the exception that the caller was handling when it sent the request; Python chains it behind every other one.
    """
    if isinstance(error, DecompressionError):
        return Failure("lost" if isinstance(error, TruncatedBodyError) else "protocol", str(error), error)
    # The library raises ConnectError for every handshake error. TLS errors after the handshake mean that the request may have been sent.
    if type(error).__name__ == "ConnectError" and (secure := _find_tls_error(error, outer)):
        return Failure("tls", secure, error)
    return _to_library_failure(error)


def _clear_frames(error: BaseException, outer: BaseException | None) -> None:
    """Clear the library's frames: they hold the request head, which a traceback with local variables would show."""
    chain: BaseException | None = error
    while chain is not None and chain is not outer:
        traceback.clear_frames(chain.__traceback__)
        chain = chain.__cause__ or chain.__context__


def _to_library_failure(error: BaseException) -> Failure:
    message = str(error) or type(error).__name__
    name = type(error).__name__
    if name == "RemoteProtocolError" and "disconnected" not in message and "closed connection" not in message:
        # After the colon the library quotes the line, which may contain the token if the server echoes it. For the same reason there is
        # no cause.
        return Failure("protocol", f"the response is not valid HTTP: {message.partition(':')[0]}")
    if name.endswith("Timeout") and name not in _FAILURE_KINDS:
        return Failure("timeout", "no response within the timeout", error)
    kind, template = _FAILURE_KINDS.get(name, ("lost", "connection lost: {}"))
    return Failure(kind, template.format(message), None if name == "LocalProtocolError" else error)


_UNREACHABLE: Final[tuple[FailureKind, str]] = ("connect", "cannot connect to the server: {}")
_FAILURE_KINDS: Final[dict[str, tuple[FailureKind, str]]] = {
    **dict.fromkeys(("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"), _UNREACHABLE),
    "ProxyError": ("proxy", "the proxy rejected the connection: {}"),
    "DecodingError": ("lost", "incomplete response: its compressed body is damaged"),
    # The message of the library may quote a header, so it is neither shown nor set as the cause.
    "LocalProtocolError": ("protocol", "the request is not valid HTTP"),
}
# Permanent errors, which a retry would not fix; other handshake errors count as a lost connection.
_PERMANENT_TLS_ERRORS: Final = frozenset({
    "CA_MD_TOO_WEAK", "CERTIFICATE_VERIFY_FAILED", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL", "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER",
})  # fmt: skip
_ERRORS: Final = (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError,
                  httpcore.UnsupportedProtocol, ssl.SSLError, OSError, DecompressionError)  # fmt: skip


def transmit(attempt: Attempt, settings: Settings) -> Response | Failure:
    """Send one attempt and read its response, except for the body of a response that is kept open.

    Args:
        attempt: The request.
        settings: Settings of the connection.

    Returns:
        The response, with any status, or the failure.
    """
    outer = sys.exc_info()[1]
    _warn_insecure(attempt, settings)
    client = REGISTRY.get_pool(attempt.url, settings)
    content = attempt.body.iter_chunks() if attempt.body is not None else None
    # A deadline is already set if this request is sent while the body of another request is read from its source.
    before = DEADLINE.at
    if attempt.stream and content is not None:
        DEADLINE.at = None
        content = _start_deadline_at_end(content, attempt.timeout)
    else:
        DEADLINE.at = CLOCK.monotonic() + attempt.timeout
    response = None
    try:
        response = client.exchange(_to_wire_request(attempt, content))
        headers = _build_headers(response.headers)
        if attempt.keep_open and is_success(response.status):
            labelled = "content-encoding" in headers
            reader = _make_reader(response)
            return Response(
                response.status, headers, attempt.url, stream=_iter_body(response, headers), reader=None if labelled else reader,
                raw_reader=reader if labelled else None, close=response.close,
            )  # fmt: skip
        try:
            bounded = BoundedBody(attempt, response.status, headers)
            for chunk in _iter_decoded(response, headers):
                if not bounded.add_chunk(chunk):
                    break
            body = bounded.body
        finally:
            response.close()
        return Response(response.status, headers, attempt.url, content=body)
    except OrionError:
        raise
    except _ERRORS as error:
        _clear_frames(error, outer)
        return evolve(_to_failure(error, outer), status=None if response is None else response.status)
    finally:
        DEADLINE.at = before


def _build_headers(items: Iterable[tuple[bytes, bytes]]) -> Headers:
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


def _split_url(url: str) -> tuple[bytes, bytes, int | None, bytes, bytes]:
    """Split a URL into its parts on the wire: scheme, host, port, target and value of `Host`."""
    if len(url) <= _MAX_CACHED_URL and (found := _CANONICAL_URL.fullmatch(url)):
        # Few origins are in use, so their parts are cached; the target is sent unchanged.
        scheme, host, port, _, netloc = _parse_url(found[1])
        return scheme, host, port, found[2].encode("ascii"), netloc
    return _parse_url(url)


@functools.lru_cache(maxsize=256)
def _parse_url(url: str) -> tuple[bytes, bytes, int | None, bytes, bytes]:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise ValidationError(f"invalid URL: {error}") from None
    return parsed.raw_scheme, parsed.raw_host, parsed.port, parsed.raw_path, parsed.netloc


def _to_wire_request(attempt: Attempt, content: Iterable[bytes] | None) -> WireRequest:
    scheme, host, port, target, netloc = _split_url(attempt.url)
    fields = {"host": ("Host", netloc), **_DEFAULT_FIELDS}
    for name, value in attempt.headers.items():
        fields[name.lower()] = (name, value.encode("ascii"))
    if attempt.body is None:
        if attempt.method in _BODY_METHODS:
            fields["content-length"] = ("Content-Length", b"0")
    elif attempt.body.length is not None:
        fields["content-length"] = ("Content-Length", str(attempt.body.length).encode())
    elif "content-length" not in fields:
        fields["transfer-encoding"] = ("Transfer-Encoding", b"chunked")
    return WireRequest(
        scheme, host, port, target, attempt.method.encode("ascii"),
        [(name.encode("ascii"), value) for name, value in fields.values()],
        content, min(_CONNECT_TIMEOUT, attempt.timeout), attempt.timeout,
    )  # fmt: skip


def _start_deadline_at_end(chunks: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    yield from chunks
    DEADLINE.at = CLOCK.monotonic() + seconds


class BoundedBody:
    """A response body that is read into memory, up to a maximum size."""

    def __init__(self, attempt: Attempt, status: int, headers: Mapping[str, str]) -> None:
        self._chunks: list[bytes] = []
        self._count = 0
        self._is_error = not is_success(status)
        # An uncompressed body is not limited if the caller accepts any content type, for example from another server.
        limited = "content-encoding" in headers or attempt.headers.get("Accept") == "application/json"
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


def _iter_raw(response: RawResponse, headers: Mapping[str, str]) -> Iterator[bytes]:
    # A small response gets a small buffer, of at least one byte, since reading into an empty buffer would look like the end.
    length = headers.get("content-length", "")
    buffer = memoryview(bytearray(min(max(int(length), 1), _CHUNK_SIZE) if length.isdecimal() else _CHUNK_SIZE))
    while count := response.readinto(buffer):
        yield bytes(buffer[:count])


def _iter_decoded(response: RawResponse, headers: Mapping[str, str]) -> Iterator[bytes]:
    if "content-encoding" not in headers:
        yield from _iter_raw(response, headers)
        return
    decompressor = Decompressor(
        [value.decode("latin-1") for name, value in response.headers if name.lower() == b"content-encoding"]
    )
    for chunk in _iter_raw(response, headers):
        yield from decompressor.feed(chunk)
    decompressor.finish()


def _iter_body(response: RawResponse, headers: Mapping[str, str]) -> Iterator[bytes]:
    try:
        yield from _iter_decoded(response, headers)
    except _ERRORS as error:
        failed = error
    else:
        return
    raise _make_body_error(failed)


def _make_reader(response: RawResponse) -> Callable[[memoryview], int]:
    def readinto(buffer: memoryview) -> int:
        try:
            return response.readinto(buffer)
        except _ERRORS as error:
            failed = error
        raise _make_body_error(failed)

    return readinto


def _make_body_error(error: BaseException) -> OrionError:
    """Create the error for a body that cannot be read; called outside of `except`, so that `sys.exc_info` is the caller's exception."""
    outer = sys.exc_info()[1]
    _clear_frames(error, outer)
    failure = _to_failure(error, outer)
    result = OrionTimeout(failure.message) if failure.kind == "timeout" else OrionConnectionError(failure.message)
    result.__cause__ = failure.cause
    return result


class AsyncConnections:
    """Connection pool of one event loop, for use as an asynchronous context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: dict[object, httpx.AsyncHTTPTransport] = {}
        self._stack = AsyncExitStack()

    async def client(self, url: str) -> httpx.AsyncHTTPTransport:
        """Get the connection pool for a URL.

        Args:
            url: The URL.

        Returns:
            The library's transport: unlike its client it stores no cookies and logs no URLs.
        """
        origin = parse_origin(url)
        context = (
            REGISTRY.get_tls_context(self._settings)
            if origin[0] == "https"
            else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        proxy = find_proxy(origin, self._settings)
        if (origin[0], proxy) not in self._clients:
            proxy_context = REGISTRY.get_proxy_tls_context(proxy, self._settings)
            client = httpx.AsyncHTTPTransport(
                verify=context,
                proxy=httpx.Proxy(proxy, ssl_context=proxy_context) if proxy else None,
                trust_env=False,
                limits=httpx.Limits(
                    max_connections=None, max_keepalive_connections=None, keepalive_expiry=IDLE_SECONDS
                ),
            )
            self._clients[origin[0], proxy] = await self._stack.enter_async_context(client)
        return self._clients[origin[0], proxy]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._clients.clear()
        await self._stack.aclose()


async def transmit_async(
    attempt: Attempt, settings: Settings, connections: AsyncConnections | None
) -> AsyncResponse | Failure:
    """Send one attempt in an event loop; see `transmit`.

    Args:
        attempt: The request.
        settings: Settings of the connection.
        connections: Pooled connections; None opens a connection for this call.

    Returns:
        The response, with any status, or the failure.
    """
    outer = sys.exc_info()[1]
    _warn_insecure(attempt, settings)
    stack = AsyncExitStack()
    sending = False
    status: int | None = None

    async def trace(event: str, _: object) -> None:
        nonlocal sending
        sending = sending or event.endswith("send_request_headers.started")

    upload = attempt.stream and attempt.body is not None
    try:
        with anyio.fail_after(None if upload else attempt.timeout) as scope:
            if connections is None:
                connections = await stack.enter_async_context(AsyncConnections(settings))
            client = await connections.client(attempt.url)
            content = None if attempt.body is None else _async_iter_chunks(attempt.body, scope, attempt.timeout)
            response = await client.handle_async_request(_build(attempt, content, trace=trace))
            status = response.status_code
            stack.push_async_callback(response.aclose)
            stack.callback(close_on_surplus, response.stream, response.extensions.get("network_stream"))
            stream, body = _async_iter_body(response), None
            if not attempt.keep_open or not is_success(response.status_code):
                body = await _async_read_body(attempt, response)
                stream = _iter_once(body)
    except BaseException as error:
        _clear_frames(error, outer)
        with anyio.CancelScope(shield=True):
            await stack.aclose()
        if isinstance(error, OrionError):
            raise
        if isinstance(error, TimeoutError):
            # If no byte was sent, the server has not received the request.
            if sending:
                return Failure("timeout", "no response within the timeout", error, status)
            return Failure("connect", "cannot connect to the server within the timeout", error)
        if isinstance(error, _ERRORS):
            return evolve(_to_failure(error, outer), status=status)
        raise
    if body is not None:
        await stack.aclose()
    headers = _build_headers(response.headers.raw)
    return AsyncResponse(response.status_code, headers, attempt.url, stream=stream, close=stack.aclose, content=body)


async def _async_read_body(attempt: Attempt, response: httpx.Response) -> bytes:
    bounded = BoundedBody(attempt, response.status_code, response.headers)
    async for chunk in _async_iter_decoded(response):
        if not bounded.add_chunk(chunk):
            break
    return bounded.body


async def _async_iter_chunks(body: Body, scope: anyio.CancelScope, seconds: float) -> AsyncIterator[bytes]:
    async for chunk in body.aiter_chunks():
        yield chunk
    scope.deadline = min(scope.deadline, anyio.current_time() + seconds)


async def _iter_once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _async_iter_decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    encodings = response.headers.get_list("content-encoding")
    # Not `aiter_raw`, which would close the stream at its end, before it is checked for surplus bytes.
    raw: AsyncIterable[bytes] = response.stream  # type: ignore[assignment]
    if not encodings:
        async for chunk in raw:
            yield chunk
        return
    decompressor = Decompressor(encodings)
    async for compressed in raw:
        for chunk in decompressor.feed(compressed):
            yield chunk
    decompressor.finish()


async def _async_iter_body(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in _async_iter_decoded(response):
            yield chunk
    except _ERRORS as error:
        failed = error
    else:
        return
    raise _make_body_error(failed)


async def sleep_async(seconds: float) -> None:
    """Wait in an event loop.

    Args:
        seconds: Duration in seconds; skipped while the virtual clock of tests is active.
    """
    if CLOCK.virtual:
        CLOCK.sleep(seconds)
    else:
        await anyio.sleep(seconds)
