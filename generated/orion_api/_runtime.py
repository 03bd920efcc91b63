"""Sends requests over httpx or httpx2; the HTTP library is imported with the first request."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import logging
import os
import threading
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urljoin

from . import __version__
from ._shared import (
    find_header_problem,
    find_range_problem,
    get_header,
    get_http_library,
    is_success,
    iter_chunks,
    measure,
    parse_origin,
)
from .errors import RequestFailed, RequestTimeout, UnexpectedBody, UnexpectedStatus
from .types import AsyncRawResponse, AsyncSender, Content, Json, RawResponse, Request, Response, Sender

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
Check = Callable[[int, Mapping[str, str], bytes], dict[str, Any]]
Parse = Callable[[dict[str, Any]], T]

_LOG = logging.getLogger("orion_api")
# Operations and statuses that were already logged.
_LOGGED: set[tuple[str, int]] = set()


# ---------------------------------------------------------------- functions for the operation modules


def call(client: Sender, request: Request, check: Check, parse: Parse[T]) -> T:
    """Send a request and return the parsed response.

    Raises:
        UnexpectedStatus: If the status is not a success.
        UnexpectedBody: If the body does not match the contract.
    """
    with client.send(request) as response:
        content = response.read()
    return _parse_response(client, request, response, content, check, parse)


async def acall(client: AsyncSender, request: Request, check: Check, parse: Parse[T]) -> T:
    """Asynchronous version of `call`."""
    async with await client.asend(request) as response:
        content = await response.aread()
    return _parse_response(client, request, response, content, check, parse)


def call_detailed(client: Sender, request: Request, check: Check, parse: Parse[T] | None) -> Response[T]:
    """Send a request and return the response, whatever its status."""
    with client.send(request) as response:
        content = response.read()
    return _build_response(client, request, response, content, check, parse)


async def acall_detailed(client: AsyncSender, request: Request, check: Check, parse: Parse[T] | None) -> Response[T]:
    """Asynchronous version of `call_detailed`."""
    async with await client.asend(request) as response:
        content = await response.aread()
    return _build_response(client, request, response, content, check, parse)


def stream(client: Sender, request: Request) -> RawResponse:
    """Send a request and return the open response.

    Raises:
        UnexpectedStatus: If the status is not a documented success.
    """
    response = client.send(request)
    if response.status_code in request.operation.success:
        return response
    with response:
        content = response.read()
    raise client.error(_make_status_error(request, response, content), response)


async def astream(client: AsyncSender, request: Request) -> AsyncRawResponse:
    """Asynchronous version of `stream`."""
    response = await client.asend(request)
    if response.status_code in request.operation.success:
        return response
    async with response:
        content = await response.aread()
    raise client.error(_make_status_error(request, response, content), response)


def _make_status_error(request: Request, response: RawResponse | AsyncRawResponse, content: bytes) -> UnexpectedStatus:
    return UnexpectedStatus(response.status_code, content, response.headers, request.operation)


def _build_response(
    client: Sender | AsyncSender,
    request: Request,
    response: RawResponse | AsyncRawResponse,
    content: bytes,
    check: Check,
    parse: Parse[T] | None,
) -> Response[T]:
    result = None
    if response.status_code in request.operation.success:
        result = _parse_response(client, request, response, content, check, parse) if parse is not None else None
    elif parse is not None and is_success(response.status_code):
        with contextlib.suppress(UnexpectedStatus, UnexpectedBody):
            result = parse(check(response.status_code, response.headers, content))
            _log_undocumented(request, response.status_code)
    return Response(response.status_code, content, response.headers, result)


def _parse_response(
    client: Sender | AsyncSender,
    request: Request,
    response: RawResponse | AsyncRawResponse,
    content: bytes,
    check: Check,
    parse: Parse[T],
) -> T:
    status, headers = response.status_code, response.headers
    try:
        result = parse(check(status, headers, content))
    except UnexpectedStatus as error:
        raise client.error(error, response) from None
    except UnexpectedBody as error:
        # `parse` has only the data; add the response to the error.
        whole = UnexpectedBody(error.operation, error.reason, status, content, headers)
        raise client.error(whole, response) from None
    _log_undocumented(request, status)
    return result


def _log_undocumented(request: Request, status: int) -> None:
    """Log an undocumented success status, once per operation and status."""
    operation = request.operation
    if status not in operation.success and (operation.id, status) not in _LOGGED:
        _LOGGED.add((operation.id, status))
        _LOG.warning("%s: undocumented success status %d", operation.id, status)


# ---------------------------------------------------------------- transport of client.py


@functools.cache
def load_http_library() -> Any:
    """Import the HTTP library named by ORION_HTTP_LIBRARY. Defaults to httpx."""
    return importlib.import_module(get_http_library())


class Connections:
    """Connection pools of a client, created on first use: one per process, and one per event loop for asynchronous requests."""

    def __init__(self, verify_ssl: bool | str | os.PathLike[str] | ssl.SSLContext) -> None:
        self._verify_ssl = verify_ssl
        # A forked child must not use sockets or locks of its parent, so all of them are stored by process id.
        self._locks: dict[int, threading.Lock] = {}
        self._clients: dict[int, Any] = {}
        self._async_clients: dict[int, weakref.WeakKeyDictionary[Any, Any]] = {}

    def get_client(self) -> Any:
        """Return the HTTP library's client for this process."""
        process = os.getpid()
        with self._locks.setdefault(process, threading.Lock()):
            if process not in self._clients:
                self._clients[process] = load_http_library().Client(**self._settings())
            return self._clients[process]

    def get_async_client(self) -> Any:
        """Return the HTTP library's client for this process and event loop."""
        import asyncio

        process, loop = os.getpid(), asyncio.get_running_loop()
        with self._locks.setdefault(process, threading.Lock()):
            clients = self._async_clients.setdefault(process, weakref.WeakKeyDictionary())
            if loop not in clients:
                clients[loop] = load_http_library().AsyncClient(**self._settings())
            return clients[loop]

    def close(self) -> None:
        """Close the connections of this process."""
        client = self._clients.pop(os.getpid(), None)
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close the connections of this process and event loop."""
        import asyncio

        clients = self._async_clients.get(os.getpid())
        client = clients.pop(asyncio.get_running_loop(), None) if clients is not None else None
        if client is not None:
            await client.aclose()

    def _settings(self) -> dict[str, Any]:
        # No connection limit: with the default limits, requests of more than 20 threads fail.
        limits = load_http_library().Limits(max_connections=None, max_keepalive_connections=None)
        return {"verify": _create_ssl_context(self._verify_ssl), "limits": limits, "follow_redirects": False}


def send(
    connections: Connections, base_url: str, authorization: str | None, timeout: float | None, request: Request
) -> RawResponse:
    """Send a request and return the open response."""
    client = connections.get_client()
    with _map_errors(request):
        sent = _build_request(client, base_url, authorization, timeout, request, _iter_chunks)
        response = _HttpResponse(client.send(sent, stream=True, auth=_skip_auth), request)
    if problem := _check_range(request, response):
        response.close()
        raise problem
    return response


async def asend(
    connections: Connections, base_url: str, authorization: str | None, timeout: float | None, request: Request
) -> AsyncRawResponse:
    """Asynchronous version of `send`."""
    client = connections.get_async_client()
    with _map_errors(request):
        sent = _build_request(client, base_url, authorization, timeout, request, _aiter_chunks)
        response = _AsyncHttpResponse(await client.send(sent, stream=True, auth=_skip_auth), request)
    if problem := _check_range(request, response):
        await response.aclose()
        raise problem
    return response


def _check_range(request: Request, response: RawResponse | AsyncRawResponse) -> UnexpectedBody | None:
    """Return an error if the response does not match the requested byte range."""
    if request.operation.stream != "download":
        return None
    requested = get_header(request.headers, "range")
    reason = find_range_problem(requested, response.status_code, response.headers)
    if reason is None:
        return None
    return UnexpectedBody(request.operation, reason, response.status_code, b"", response.headers)


def _build_request(
    client: Any,
    base_url: str,
    authorization: str | None,
    timeout: float | None,
    request: Request,
    chunks: Callable[[Any, int | None], Any],
) -> Any:
    base = base_url.rstrip("/") + "/"
    url = base_url.rstrip("/") + request.path
    query: Any = request.query or None
    if request.url is not None:
        url, query = urljoin(url, request.url), None
    headers = {"User-Agent": f"orion_api/{__version__}", "Accept": "application/json, */*;q=0.5", **request.headers}
    body: dict[str, Any] = {}
    if isinstance(request.body, Json):
        headers["Content-Type"] = request.body.media_type
        body["content"] = json.dumps(request.body.value, allow_nan=False, separators=(",", ":")).encode()
    elif isinstance(request.body, Content):
        headers["Content-Type"] = request.body.media_type
        body["content"], length = _encode_content(request.body, chunks)
        if length is not None:
            headers["Content-Length"] = str(length)
    _reject_bad_headers(headers)
    sent = client.build_request(request.method, url, params=query, headers=headers, timeout=timeout, **body)
    # The token is sent only to the origin of base_url, also for links.
    if (
        authorization is not None
        and request.operation.auth
        and _is_same_origin(sent.url, load_http_library().URL(base))
    ):
        _reject_bad_headers({"Authorization": authorization})
        sent.headers["Authorization"] = authorization
    return sent


def _is_same_origin(url: Any, base: Any) -> bool:
    try:
        return parse_origin(str(url)) == parse_origin(str(base))
    except ValueError:
        return False


def _reject_bad_headers(headers: Mapping[str, str]) -> None:
    if problem := find_header_problem(headers):
        raise ValueError(problem)


def _skip_auth(request: Any) -> Any:
    # Keeps the library from creating an Authorization header from credentials in a URL.
    return request


def _encode_content(body: Content, chunks: Callable[[Any, int | None], Any]) -> tuple[Any, int | None]:
    payload: Any = body.payload
    if isinstance(payload, (bytes, bytearray, memoryview)):
        return bytes(payload), None  # the library sets the length
    if isinstance(payload, (str, io.TextIOBase)):
        raise TypeError("body must be bytes or a file opened in binary mode, not str or a text file")
    length = body.length
    if length is None and hasattr(payload, "read"):
        length = (measure(payload) or (0, None))[1]
    return chunks(payload, length), length


def _iter_chunks(payload: Any, length: int | None) -> Iterator[bytes]:
    if isinstance(payload, AsyncIterable):
        raise TypeError("an asynchronous iterable can only be sent by the asynchronous functions")
    # A file that grows while it is sent must not exceed its Content-Length.
    return iter_chunks(payload, length)


async def _aiter_chunks(payload: Any, length: int | None) -> AsyncIterator[bytes]:
    import asyncio

    if isinstance(payload, AsyncIterable):
        async for chunk in payload:
            yield chunk
        return
    # Reading a file can block, so it runs in a thread.
    source = _iter_chunks(payload, length)
    while (chunk := await asyncio.to_thread(next, source, None)) is not None:
        yield chunk


def _create_ssl_context(setting: bool | str | os.PathLike[str] | ssl.SSLContext) -> ssl.SSLContext:
    """Create the SSL context; a context of the caller is returned unchanged."""
    import ssl

    if isinstance(setting, ssl.SSLContext):
        return setting
    if isinstance(setting, bool):
        context: ssl.SSLContext = load_http_library().create_ssl_context(verify=setting)
    else:
        folder = os.path.isdir(setting)
        context = ssl.create_default_context(cafile=None if folder else setting, capath=setting if folder else None)
    # Without a close_notify alert, the connection may have been truncated by an attacker (RFC 9112, section 9.8); by default it would
    # pass as the end of a body without Content-Length.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.sslsocket_class, context.sslobject_class = _create_strict_tls_classes()
    return context


@functools.cache
def _create_strict_tls_classes() -> tuple[type[ssl.SSLSocket], type[ssl.SSLObject]]:
    import ssl

    class StrictSocket(ssl.SSLSocket):
        suppress_ragged_eofs = property(lambda self: False, lambda self, value: None)

    class StrictObject(ssl.SSLObject):
        def read(self, len: int = 1024, buffer: Any = None) -> Any:
            try:
                return super().read(len, buffer)
            except ssl.SSLEOFError as error:
                broken = ssl.SSLSyscallError(
                    ssl.SSL_ERROR_SYSCALL, "the connection was closed without a TLS close_notify alert"
                )
                broken.library, broken.reason = error.library, error.reason
                raise broken from error

    return StrictSocket, StrictObject


@contextlib.contextmanager
def _map_errors(request: Request) -> Iterator[None]:
    """Convert errors of the HTTP library to errors of this package."""
    http = load_http_library()
    try:
        yield
    except http.TimeoutException as error:
        raise RequestTimeout(f"{request.operation.id}: request timed out ({type(error).__name__})") from error
    except (http.RequestError, http.InvalidURL) as error:
        raise RequestFailed(f"{request.operation.id}: {type(error).__name__}: {error}") from error


class _HttpResponse:
    """`RawResponse` that wraps a response of the HTTP library."""

    def __init__(self, response: Any, request: Request) -> None:
        self._response = response
        self._request = request

    @property
    def status_code(self) -> int:
        return int(self._response.status_code)

    @property
    def headers(self) -> Mapping[str, str]:
        headers: Mapping[str, str] = self._response.headers
        return headers

    def read(self) -> bytes:
        with _map_errors(self._request):
            return bytes(self._response.read())

    def iter_bytes(self) -> Iterator[bytes]:
        with _map_errors(self._request):
            yield from self._response.iter_bytes()

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()


class _AsyncHttpResponse:
    """`AsyncRawResponse` that wraps a response of the HTTP library."""

    def __init__(self, response: Any, request: Request) -> None:
        self._response = response
        self._request = request

    @property
    def status_code(self) -> int:
        return int(self._response.status_code)

    @property
    def headers(self) -> Mapping[str, str]:
        headers: Mapping[str, str] = self._response.headers
        return headers

    async def aread(self) -> bytes:
        with _map_errors(self._request):
            return bytes(await self._response.aread())

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        with _map_errors(self._request):
            async for chunk in self._response.aiter_bytes():
                yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await self.aclose()
