"""Connections, TLS and proxies: the only room that names the HTTP library."""

from __future__ import annotations

import contextlib
import importlib
import os
import ssl
import sys
import threading
import time
import urllib.request
from collections import deque
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import unquote, urlsplit

import anyio
from attrs import evolve, frozen

from orionclient._clock import CLOCK
from orionclient._messages import AsyncResponse, Attempt, Body, Failure, Headers, Response
from orionclient._warning import warn
from orionclient.config import SessionConfig, is_loopback, origin_of
from orionclient.exceptions import OrionConnectionError, OrionError, OrionTimeout, ValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from types import TracebackType

    import httpcore
    import httpx
else:
    _NAME = os.environ.get("ORION_HTTP_LIBRARY") or "httpx"
    if _NAME not in {"httpx", "httpx2"}:
        raise ValidationError(f"ORION_HTTP_LIBRARY is 'httpx' or 'httpx2', not {_NAME!r}")
    # Where click and rich are installed the library would load its own command line, at some 50 ms.
    sys.modules.setdefault(f"{_NAME}._main", None)
    httpx = importlib.import_module(_NAME)
    httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))

_CONNECT_TIMEOUT: Final = 10.0
# Load balancers drop a connection after 60 s without use; ours goes first.
_IDLE: Final = 50.0
_DEFAULT_HEADERS: Final = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
_CA_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@frozen
class Settings:
    """What connections depend on besides the address.

    Attributes:
        ca_file: File of certificates to trust besides the usual ones.
        proxy: Address of the proxy for everything but this machine; None for what the environment says.
        verify: False takes any certificate, with a warning for every request.
    """

    ca_file: str | None = None
    proxy: str | None = None
    verify: bool = True

    @classmethod
    def of(cls, config: SessionConfig | None) -> Settings:
        """Take the settings out of a configuration.

        Args:
            config: The configuration; None for none.

        Returns:
            The settings.
        """
        return cls() if config is None else cls(config.ca_file, config.proxy, config.verify)


class _Deadline(threading.local):
    """The moment at which the attempt that runs in this thread has to be over."""

    at: float | None = None

    def cut(self, timeout: float | None, error: type[Exception] = httpcore.ReadTimeout) -> float | None:
        if self.at is None:
            return timeout
        left = self.at - CLOCK.monotonic()
        if left <= 0:
            raise error("the time for this request is over")
        return left if timeout is None else min(timeout, left)


_DEADLINE: Final = _Deadline()


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end at the deadline; the library itself bounds only each wait, so a slow drip would never end."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _DEADLINE.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _DEADLINE.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            left = _DEADLINE.cut(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()
            raise
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        left = _DEADLINE.cut(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Any, done: Callable[[], None]) -> None:
        self._inner = inner
        self._done = done

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        done, self._done = self._done, _nothing
        try:
            self._inner.close()
        finally:
            done()


def _nothing() -> None:
    """Do nothing."""


class _Transport:
    """Connections of one kind, each lent to one request at a time, the one used last first.

    The library's own pool looks at every connection for every request: its cost grows with the number of threads, and with a limit below
    that number it opens a connection per request and loses some. Here a request looks at one connection, and there are never more of
    them than there were requests at once. There is no lock, since a `deque` needs none; a fork finds nothing half done.
    """

    def __init__(self, make: Callable[[httpcore.Origin], httpcore.ConnectionInterface]) -> None:
        self._make = make
        self._idle: dict[tuple[bytes, bytes, int], deque[httpcore.ConnectionInterface]] = {}
        self._swept = time.monotonic()
        self._closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        origin = url.origin
        idle = self._idle.setdefault((origin.scheme, origin.host, origin.port), deque())
        connection = self._lent(idle) or self._make(origin)
        try:
            answer = connection.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except BaseException:
            connection.close()
            raise

        def done() -> None:
            if connection.is_idle():
                idle.append(connection)
            else:
                connection.close()
            if self._closed:
                self.close()
            self._sweep()

        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream, done),
            extensions=answer.extensions,
        )

    @staticmethod
    def _lent(idle: deque[httpcore.ConnectionInterface]) -> httpcore.ConnectionInterface | None:
        while True:
            try:
                connection = idle.pop()
            except IndexError:
                return None
            # True also when the server closed it meanwhile.
            if not connection.has_expired():
                return connection
            connection.close()

    def _sweep(self) -> None:
        """Close what nobody used for long, at most once a second."""
        now = time.monotonic()
        if now < self._swept + 1:
            return
        self._swept = now
        for idle in list(self._idle.values()):
            for _ in range(len(idle)):
                try:
                    connection = idle.popleft()
                except IndexError:
                    break
                if connection.has_expired():
                    connection.close()
                else:
                    idle.append(connection)

    def close(self) -> None:
        # A connection that comes back later closes itself.
        self._closed = True
        for idle in list(self._idle.values()):
            with contextlib.suppress(IndexError):
                while True:
                    idle.pop().close()


def _tls_context(ca_file: str | None, *, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Some systems build Python without this bound.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    # A certificate that names its host only in the common name is no proof of the host.
    context.hostname_checks_common_name = False
    if not context.cert_store_stats()["x509_ca"]:
        try:
            certifi = importlib.import_module("certifi")
        except ImportError:
            pass
        else:
            context.load_verify_locations(certifi.where())
    for name in _CA_VARIABLES:
        # OpenSSL takes several folders in its variable, separated as in PATH.
        for value in os.environ.get(name, "").split(os.pathsep if name == "SSL_CERT_DIR" else "\0"):
            if value:
                _trust(context, value, name)
    if ca_file:
        _trust(context, ca_file, "ca_file of the profile")
    return context


def _trust(context: ssl.SSLContext, path: str, source: str) -> None:
    try:
        if os.path.isdir(path):  # noqa: PTH112 - a setting, not a path of ours
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except OSError as error:
        raise ValidationError(f"{source} names {path!r}, where no certificates can be read: {error}") from None


class _Registry:
    """Connections of this process, shared by all its sessions; a forked child starts with none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: dict[object, ssl.SSLContext] = {}
        self._clients: dict[object, _Transport] = {}

    def forget(self) -> None:
        inherited = list(self._clients.values())
        self.__init__()  # type: ignore[misc]
        # Closing the child's copy of a socket says nothing to the server; the parent's goes on.
        for client in inherited:
            client.close()

    def context(self, settings: Settings) -> ssl.SSLContext:
        key = (settings.verify, settings.ca_file, *(os.environ.get(name) for name in _CA_VARIABLES))
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = _tls_context(settings.ca_file, verify=settings.verify)
            return self._contexts[key]

    def context_to_proxy(self, proxy: str | None, settings: Settings) -> ssl.SSLContext | None:
        # Left to themselves the libraries trust others than we do, and each of them others than the other.
        secure = proxy is not None and urlsplit(proxy).scheme == "https"
        return self.context(evolve(settings, verify=True)) if secure else None

    def client(self, url: str, settings: Settings) -> _Transport:
        origin = origin_of(url)
        context = self.context(settings) if origin[0] == "https" else None
        proxy = _proxy_for(origin, settings)
        to_proxy = self.context_to_proxy(proxy, settings)
        key = (id(context), proxy, id(to_proxy))
        with self._lock:
            if key not in self._clients:
                options: dict[str, Any] = {
                    "ssl_context": context,
                    "keepalive_expiry": _IDLE,
                    "network_backend": _Backend(),
                }
                pool = _proxied(proxy, to_proxy, options) if proxy else httpcore.ConnectionPool(**options)
                self._clients[key] = _Transport(pool.create_connection)
            return self._clients[key]

    def close(self) -> None:
        with self._lock:
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()


_REGISTRY: Final = _Registry()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_REGISTRY.forget)


def close_connections() -> None:
    """Close every connection of this process that nobody uses; the next request opens a new one."""
    _REGISTRY.close()


def _proxied(proxy: str, context: ssl.SSLContext | None, options: dict[str, Any]) -> httpcore.HTTPProxy:
    parts = urlsplit(proxy)
    who = (unquote(parts.username or "").encode(), unquote(parts.password or "").encode())
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return httpcore.HTTPProxy(bare, proxy_auth=who if parts.username else None, proxy_ssl_context=context, **options)


def _proxy_for(origin: tuple[str, str, int], settings: Settings) -> str | None:
    scheme, host, _port = origin
    if is_loopback(host):
        return None
    if settings.proxy:
        return settings.proxy
    if urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(scheme) or proxies.get("all")


def _build(attempt: Attempt, content: Any) -> httpx.Request:
    headers = httpx.Headers(_DEFAULT_HEADERS)
    headers.update(attempt.headers)
    if attempt.body is not None and attempt.body.length is not None:
        headers["Content-Length"] = str(attempt.body.length)
    timeout = attempt.timeout
    phases = {"connect": min(_CONNECT_TIMEOUT, timeout), "read": timeout, "write": timeout, "pool": timeout}
    try:
        return httpx.Request(
            attempt.method, attempt.url, headers=headers, content=content, extensions={"timeout": phases}
        )
    except httpx.InvalidURL as error:
        raise ValidationError(f"the address cannot be used: {error}") from None


def _warn(attempt: Attempt, settings: Settings) -> None:
    """Warn about a connection that anybody could read, for every request anew."""
    if settings.verify or not attempt.url.lower().startswith("https:"):
        return
    host = origin_of(attempt.url)[1]
    warn(
        f"the certificate of {host} is not checked (verify is false): others may read and change what is sent, the token included"
    )


def _distrust(error: BaseException) -> str | None:
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return f"the certificate of the server is not trusted: {chain.verify_message}"
        if isinstance(chain, ssl.SSLError) and chain.reason in _FINAL_TLS:
            return f"no secure connection can be made: {chain}"
        chain = chain.__cause__ or chain.__context__
    return None


def _failure(error: BaseException) -> Failure:
    """Say what an error of the library means: what matters is whether the request may have arrived."""
    text = str(error) or type(error).__name__
    if secure := _distrust(error):
        return Failure("tls", secure, error)
    name = type(error).__name__
    if name in {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}:
        return Failure("connect", f"the server cannot be reached: {text}", error)
    if name.endswith("Timeout"):
        return Failure("timeout", "no answer in time", error)
    if name == "RemoteProtocolError" and "disconnected" not in text and "closed connection" not in text:
        return Failure("protocol", f"the answer is no HTTP: {text}", error)
    if name in {"LocalProtocolError", "DecodingError"}:
        # The text of the library may quote a header.
        return Failure("protocol", "the message breaks the rules of HTTP", error)
    return Failure("lost", f"the connection broke: {text}", error)


# What a second attempt would meet again; the other errors of a handshake are those of a broken connection.
_FINAL_TLS: Final = frozenset({
    "CA_MD_TOO_WEAK", "CERTIFICATE_VERIFY_FAILED", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL", "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER",
})  # fmt: skip
_ERRORS: Final = (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError,
                  httpcore.UnsupportedProtocol, ssl.SSLError, OSError)  # fmt: skip


def transmit(attempt: Attempt, settings: Settings) -> Response | Failure:
    """Send one request and wait for the head of its answer, and for the body too unless it is kept open.

    Args:
        attempt: The request.
        settings: What the connection depends on.

    Returns:
        The answer of any status, or what went wrong.
    """
    _warn(attempt, settings)
    client = _REGISTRY.client(attempt.url, settings)
    content = attempt.body.chunks() if attempt.body is not None else None
    if attempt.stream and content is not None:
        content = _timed_from_the_end(content, attempt.timeout)
    else:
        _DEADLINE.at = CLOCK.monotonic() + attempt.timeout
    try:
        answer = client.handle_request(_build(attempt, content))
        headers = Headers(answer.headers.multi_items())
        if attempt.keep_open:
            return Response(answer.status_code, headers, attempt.url, stream=_pieces(answer), close=answer.close)
        try:
            body = b"".join(answer.iter_bytes())
        finally:
            answer.close()
        return Response(answer.status_code, headers, attempt.url, content=body)
    except OrionError:
        raise
    except _ERRORS as error:
        return _failure(error)
    finally:
        _DEADLINE.at = None


def _timed_from_the_end(chunks: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    yield from chunks
    _DEADLINE.at = CLOCK.monotonic() + seconds


def _pieces(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_bytes()
    except _ERRORS as error:
        raise _broken(error) from error


def _broken(error: BaseException) -> OrionError:
    failure = _failure(error)
    return OrionTimeout(failure.text) if failure.kind == "timeout" else OrionConnectionError(failure.text)


class AsyncConnections:
    """Connections of one event loop, kept between calls while this is open."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: dict[object, httpx.AsyncHTTPTransport] = {}
        self._stack = AsyncExitStack()

    async def client(self, url: str) -> httpx.AsyncHTTPTransport:
        """Get the connections for an address.

        Args:
            url: The address.

        Returns:
            The library's transport: unlike its client it keeps no cookies and writes no addresses to the log.
        """
        origin = origin_of(url)
        context = _REGISTRY.context(self._settings) if origin[0] == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        proxy = _proxy_for(origin, self._settings)
        if (origin[0], proxy) not in self._clients:
            to_proxy = _REGISTRY.context_to_proxy(proxy, self._settings)
            client = httpx.AsyncHTTPTransport(
                verify=context,
                proxy=httpx.Proxy(proxy, ssl_context=to_proxy) if proxy else None,
                trust_env=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=_IDLE),
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
    """Send one request in an event loop; see `transmit`.

    Args:
        attempt: The request.
        settings: What the connection depends on.
        connections: Connections to use again; None opens one for this call.

    Returns:
        The answer of any status, or what went wrong.
    """
    _warn(attempt, settings)
    stack = AsyncExitStack()
    upload = attempt.stream and attempt.body is not None
    try:
        with anyio.fail_after(None if upload else attempt.timeout) as scope:
            if connections is None:
                connections = await stack.enter_async_context(AsyncConnections(settings))
            client = await connections.client(attempt.url)
            content = None if attempt.body is None else _async_chunks(attempt.body, scope, attempt.timeout)
            answer = await client.handle_async_request(_build(attempt, content))
            stack.push_async_callback(answer.aclose)
            stream, whole = _async_pieces(answer), None
            if not attempt.keep_open:
                whole = b"".join([piece async for piece in answer.aiter_bytes()])
                stream = _once(whole)
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            await stack.aclose()
        if isinstance(error, OrionError):
            raise
        if isinstance(error, TimeoutError):
            return Failure("timeout", "no answer in time", error)
        if isinstance(error, _ERRORS):
            return _failure(error)
        raise
    if not attempt.keep_open:
        await stack.aclose()
    headers = Headers(answer.headers.multi_items())
    return AsyncResponse(answer.status_code, headers, attempt.url, stream=stream, close=stack.aclose, content=whole)


async def _async_chunks(body: Body, scope: anyio.CancelScope, seconds: float) -> AsyncIterator[bytes]:
    for chunk in body.chunks():
        yield chunk
    scope.deadline = min(scope.deadline, anyio.current_time() + seconds)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _async_pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_bytes():
            yield piece
    except _ERRORS as error:
        raise _broken(error) from error


async def sleep_async(seconds: float) -> None:
    """Wait in an event loop.

    Args:
        seconds: How long; nothing while the tests' clock runs.
    """
    if CLOCK.virtual:
        CLOCK.sleep(seconds)
    else:
        await anyio.sleep(seconds)
