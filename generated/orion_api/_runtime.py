"""The raw senders, and the only room that names the HTTP library, which it loads when the first request is sent."""

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
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeVar
from urllib.parse import urljoin

from . import __version__
from ._wire import header, range_problem
from .errors import RequestFailed, RequestTimeout, UnexpectedBody, UnexpectedStatus
from .types import AsyncRawResponse, AsyncSender, Content, File, Json, Multipart, RawResponse, Request, Response, Sender

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
Check = Callable[[int, Mapping[str, str], bytes], dict[str, Any]]
Parse = Callable[[dict[str, Any]], T]

CHUNK = 1 << 20
_LOG = logging.getLogger("orion_api")
# Operations and statuses of which the log has a line.
_LOGGED: set[tuple[str, int]] = set()


# ---------------------------------------------------------------- what the operation modules call


def call(client: Sender, request: Request, check: Check, parse: Parse[T]) -> T:
    """Send, read, check and parse."""
    with client.send(request) as response:
        content = response.read()
    return _parsed(client, request, response, content, check, parse)


async def acall(client: AsyncSender, request: Request, check: Check, parse: Parse[T]) -> T:
    """As `call`, asynchronously."""
    async with await client.asend(request) as response:
        content = await response.aread()
    return _parsed(client, request, response, content, check, parse)


def detailed(client: Sender, request: Request, check: Check, parse: Parse[T] | None) -> Response[T]:
    """Send and read; no status is an error."""
    with client.send(request) as response:
        content = response.read()
    return _detailed(client, request, response, content, check, parse)


async def adetailed(client: AsyncSender, request: Request, check: Check, parse: Parse[T] | None) -> Response[T]:
    """As `detailed`, asynchronously."""
    async with await client.asend(request) as response:
        content = await response.aread()
    return _detailed(client, request, response, content, check, parse)


def stream(client: Sender, request: Request) -> RawResponse:
    """Send and return the open response of a documented success."""
    response = client.send(request)
    if response.status_code in request.operation.success:
        return response
    with response:
        content = response.read()
    raise client.error(_status(request, response, content), response)


async def astream(client: AsyncSender, request: Request) -> AsyncRawResponse:
    """As `stream`, asynchronously."""
    response = await client.asend(request)
    if response.status_code in request.operation.success:
        return response
    async with response:
        content = await response.aread()
    raise client.error(_status(request, response, content), response)


def _status(request: Request, response: RawResponse | AsyncRawResponse, content: bytes) -> UnexpectedStatus:
    return UnexpectedStatus(response.status_code, content, response.headers, request.operation)


def _detailed(
    client: Sender | AsyncSender,
    request: Request,
    response: RawResponse | AsyncRawResponse,
    content: bytes,
    check: Check,
    parse: Parse[T] | None,
) -> Response[T]:
    result = None
    if response.status_code in request.operation.success:
        result = _parsed(client, request, response, content, check, parse) if parse is not None else None
    elif parse is not None and 200 <= response.status_code < 300:
        with contextlib.suppress(UnexpectedStatus, UnexpectedBody):
            result = parse(check(response.status_code, response.headers, content))
            _log_undocumented(request, response.status_code)
    return Response(response.status_code, content, response.headers, result)


def _parsed(
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
        # `parse` sees the data only; whoever looks for the reason wants the response too.
        whole = UnexpectedBody(error.operation, error.reason, status, content, headers)
        raise client.error(whole, response) from None
    _log_undocumented(request, status)
    return result


def _log_undocumented(request: Request, status: int) -> None:
    """Log a success that the contract does not document, once for each operation and status."""
    operation = request.operation
    if status not in operation.success and (operation.id, status) not in _LOGGED:
        _LOGGED.add((operation.id, status))
        _LOG.warning("%s: success with status %d, which is not documented", operation.id, status)


# ---------------------------------------------------------------- the senders of client.py


@functools.cache
def library() -> Any:
    """Load the HTTP library that ORION_HTTP_LIBRARY names."""
    name = os.environ.get("ORION_HTTP_LIBRARY") or "httpx"
    if name not in {"httpx", "httpx2"}:
        raise ValueError(f"ORION_HTTP_LIBRARY must be httpx or httpx2, not {name!r}")
    return importlib.import_module(name)


class Connections:
    """The connections of a client, made when first needed: per process, and per event loop where asynchronous."""

    def __init__(self, verify_ssl: bool | str | os.PathLike[str] | ssl.SSLContext) -> None:
        self._verify_ssl = verify_ssl
        # A child after fork() must use neither the sockets nor a lock of its parent, so all of it is kept by process id.
        self._locks: dict[int, threading.Lock] = {}
        self._clients: dict[int, Any] = {}
        self._async_clients: dict[int, weakref.WeakKeyDictionary[Any, Any]] = {}

    def client(self) -> Any:
        """Return the HTTP library's client of this process."""
        process = os.getpid()
        with self._locks.setdefault(process, threading.Lock()):
            if process not in self._clients:
                self._clients[process] = library().Client(**self._settings())
            return self._clients[process]

    def async_client(self) -> Any:
        """Return the HTTP library's client of this process and event loop."""
        import asyncio

        process, loop = os.getpid(), asyncio.get_running_loop()
        with self._locks.setdefault(process, threading.Lock()):
            clients = self._async_clients.setdefault(process, weakref.WeakKeyDictionary())
            if loop not in clients:
                clients[loop] = library().AsyncClient(**self._settings())
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
        # No limit on connections: with the library's own limits, more than 20 threads lose requests.
        limits = library().Limits(max_connections=None, max_keepalive_connections=None)
        return {"verify": _verify(self._verify_ssl), "limits": limits, "follow_redirects": False}


def send(
    connections: Connections, base_url: str, authorization: str | None, timeout: float | None, request: Request
) -> RawResponse:
    """Send a request and return the open response."""
    client = connections.client()
    with _own_errors(request):
        sent = _built(client, base_url, authorization, timeout, request, _chunks)
        response = _Raw(client.send(sent, stream=True, auth=_no_auth), request)
    if problem := _range_problem(request, response):
        response.close()
        raise problem
    return response


async def asend(
    connections: Connections, base_url: str, authorization: str | None, timeout: float | None, request: Request
) -> AsyncRawResponse:
    """Send a request and return the open response, asynchronously."""
    client = connections.async_client()
    with _own_errors(request):
        sent = _built(client, base_url, authorization, timeout, request, _async_chunks)
        response = _AsyncRaw(await client.send(sent, stream=True, auth=_no_auth), request)
    if problem := _range_problem(request, response):
        await response.aclose()
        raise problem
    return response


def _range_problem(request: Request, response: RawResponse | AsyncRawResponse) -> UnexpectedBody | None:
    """Return the error of a response with a part of the content that was not requested."""
    if request.operation.stream != "download":
        return None
    requested = header(request.headers, "range")
    reason = range_problem(requested, response.status_code, response.headers)
    if reason is None:
        return None
    return UnexpectedBody(request.operation, reason, response.status_code, b"", response.headers)


def _built(
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
        body["content"], length = _payload(request.body, chunks)
        if length is not None:
            headers["Content-Length"] = str(length)
    elif isinstance(request.body, Multipart):
        # Content-Type is the library's: it draws a random boundary.
        body["files"] = [(name, _part(value)) for name, value in request.body.fields]
    _refuse_bad_headers(headers)
    sent = client.build_request(request.method, url, params=query, headers=headers, timeout=timeout, **body)
    # The one place where the token leaves: only to the scheme, host and port it belongs to, links included.
    if authorization is not None and request.operation.auth and _origin(sent.url) == _origin(library().URL(base)):
        _refuse_bad_headers({"Authorization": authorization})
        sent.headers["Authorization"] = authorization
    return sent


def _origin(url: Any) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _no_auth(request: Any) -> Any:
    # Without this the library would make an Authorization header of a user name and password in a link.
    return request


def _refuse_bad_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        for text in (name, value):
            if not text.isascii() or any(sign in text for sign in "\r\n\0"):
                # The value stays out of the message: it may be the token.
                raise ValueError(f"the header {name!a} holds a line break, a null character or one that is not ASCII")


def _payload(body: Content, chunks: Callable[[Any, int | None], Any]) -> tuple[Any, int | None]:
    payload: Any = body.payload
    if isinstance(payload, (bytes, bytearray, memoryview)):
        return bytes(payload), None  # the library sets the length
    if isinstance(payload, (str, io.TextIOBase)):
        raise TypeError("the body must be bytes or a file opened in binary mode, not text")
    length = body.length
    if length is None and hasattr(payload, "read"):
        length = _remaining(payload)
    return chunks(payload, length), length


def _remaining(file: BinaryIO) -> int | None:
    """Bytes from where a file stands to its end; None where it cannot tell."""
    try:
        start = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(start)
    except (AttributeError, OSError):
        return None
    return max(end - start, 0)


def _chunks(payload: Any, length: int | None) -> Iterator[bytes]:
    if hasattr(payload, "read"):
        left = length
        # A file that grows meanwhile must not outgrow the announced length.
        while chunk := payload.read(CHUNK if left is None else min(CHUNK, left)):
            left = None if left is None else left - len(chunk)
            yield chunk
    elif isinstance(payload, AsyncIterable):
        raise TypeError("an asynchronous body needs the asynchronous function")
    else:
        yield from payload


async def _async_chunks(payload: Any, length: int | None) -> AsyncIterator[bytes]:
    import asyncio

    if isinstance(payload, AsyncIterable):
        async for chunk in payload:
            yield chunk
        return
    # Reading a file may block, so it is done in a thread.
    source = _chunks(payload, length)
    while (chunk := await asyncio.to_thread(next, source, None)) is not None:
        yield chunk


class _FromHere:
    """A file for the library's multipart encoder, which rewinds to 0: here 0 is where the file stood."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset + self._start if whence == os.SEEK_SET else offset, whence) - self._start


def _part(value: str | File) -> tuple[Any, ...]:
    if not isinstance(value, File):
        return (None, value.encode())
    payload: Any = value.payload
    if isinstance(payload, (str, io.TextIOBase)):
        raise TypeError("a file must be bytes or opened in binary mode, not text")
    if not isinstance(payload, bytes) and _remaining(payload) is not None:
        payload = _FromHere(payload)
    name = value.file_name or "file"
    return (name, payload, value.mime_type) if value.mime_type else (name, payload)


def _verify(setting: bool | str | os.PathLike[str] | ssl.SSLContext) -> ssl.SSLContext:
    """Return the context; one that the caller made stays as it is."""
    import ssl

    if isinstance(setting, ssl.SSLContext):
        return setting
    if isinstance(setting, bool):
        context: ssl.SSLContext = library().create_ssl_context(verify=setting)
    else:
        folder = os.path.isdir(setting)
        context = ssl.create_default_context(cafile=None if folder else setting, capath=setting if folder else None)
    # A connection that ends without TLS having said so may have been cut by anybody (RFC 9112, section 9.8); by default it looks like
    # the end of a body without a length.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.sslsocket_class, context.sslobject_class = _strict_tls()
    return context


@functools.cache
def _strict_tls() -> tuple[type[ssl.SSLSocket], type[ssl.SSLObject]]:
    import ssl

    class StrictSocket(ssl.SSLSocket):
        suppress_ragged_eofs = property(lambda self: False, lambda self, value: None)

    class StrictObject(ssl.SSLObject):
        def read(self, len: int = 1024, buffer: Any = None) -> Any:
            try:
                return super().read(len, buffer)
            except ssl.SSLEOFError as error:
                broken = ssl.SSLSyscallError(ssl.SSL_ERROR_SYSCALL, "the connection ended without the end of TLS")
                broken.library, broken.reason = error.library, error.reason
                raise broken from error

    return StrictSocket, StrictObject


@contextlib.contextmanager
def _own_errors(request: Request) -> Iterator[None]:
    """Raise our errors in place of the library's, whose classes differ from one library to the other."""
    http = library()
    try:
        yield
    except http.TimeoutException as error:
        raise RequestTimeout(f"{request.operation.id}: no response in time ({type(error).__name__})") from error
    except (http.RequestError, http.InvalidURL) as error:
        raise RequestFailed(f"{request.operation.id}: {type(error).__name__}: {error}") from error


class _Raw:
    """RawResponse over a response of the library."""

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
        with _own_errors(self._request):
            return bytes(self._response.read())

    def iter_bytes(self) -> Iterator[bytes]:
        with _own_errors(self._request):
            yield from self._response.iter_bytes()

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()


class _AsyncRaw:
    """AsyncRawResponse over a response of the library."""

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
        with _own_errors(self._request):
            return bytes(await self._response.aread())

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        with _own_errors(self._request):
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
