"""Sends one attempt in an event loop; see `exchange`."""

from __future__ import annotations

import contextlib
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
from attrs import evolve

from orionclient._runtime.clock import CLOCK
from orionclient._transport.addresses import Attempts, start_lookup
from orionclient._transport.checks import is_success
from orionclient._transport.connection import make_library_request
from orionclient._transport.exchange import BoundedBody, build_headers, make_decompressor, warn_insecure
from orionclient._transport.failures import clear_frames, make_body_error, to_failure, transport_errors
from orionclient._transport.heads import ReuseWatch
from orionclient._transport.idle import IDLE_SECONDS
from orionclient._transport.library import httpcore
from orionclient._transport.pool import REGISTRY, Settings, proxy_arguments
from orionclient._transport.proxies import find_proxy
from orionclient._transport.response import AsyncResponse, Failure
from orionclient._transport.sockets import KEEP_ALIVE
from orionclient._transport.stalls import StallWatch
from orionclient._transport.transports import AsyncRawResponse
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from types import TracebackType

    from orionclient._transport.proxies import Proxy
    from orionclient._transport.request import Body, PreparedRequest
    from orionclient._transport.transports import TransportAdapter


_DAY: Final = 86400.0
# Seconds that connecting ends before the deadline of the attempt.
_MARGIN: Final = 0.5
# Maximum seconds between two checks of a lookup.
_MAX_PAUSE: Final = 0.02


class _Stream(httpcore.AsyncNetworkStream):
    """Network stream of the library that reports bytes after a response."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._watch = ReuseWatch()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        self._watch.record_received(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._watch.record_sent(buffer)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        # The library closes an idle connection that is readable.
        closing = info == "is_readable" and self._watch.must_close(self._inner.get_extra_info("ssl_object"))
        return closing or self._inner.get_extra_info(info)


class _Backend(httpcore.AsyncNetworkBackend):
    """Network backend of the library for any event loop, also through a SOCKS5 proxy."""

    def __init__(self, socks: Proxy | None = None) -> None:
        self._socks = socks

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        left = anyio.current_effective_deadline() - anyio.current_time()
        # Ends before the deadline of the attempt, whose error would not name the host.
        end = CLOCK.monotonic() + min(_DAY if timeout is None else timeout, left - min(left / 10, _MARGIN))
        options = (local_address, [*KEEP_ALIVE, *(socket_options or ())])
        proxy = self._socks
        if proxy is None:
            return _Stream(await _connect(host, port, end, *options))
        if proxy.scheme == "socks5":
            host = (await _resolve(host, port, end))[0]
        stream = await _connect(proxy.host, proxy.port, end, *options)
        try:
            await _run(proxy, host, port, stream, end)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await stream.aclose()
            raise
        return _Stream(stream)


async def _connect(host: str, port: int, end: float, *options: Any) -> httpcore.AsyncNetworkStream:
    # pyright sees only the class for an environment without anyio.
    backend: Any = httpcore.AnyIOBackend()
    addresses = await _resolve(host, port, end)
    attempts = Attempts(host, port, addresses, end - CLOCK.monotonic())
    failed: Exception = httpcore.ConnectError(f"{host} has no address")
    for address, share in attempts:
        try:
            stream: httpcore.AsyncNetworkStream = await backend.connect_tcp(address, port, share, *options)
        except httpcore.ConnectTimeout as error:
            failed = error
        except httpcore.ConnectError as error:
            failed = error
            attempts.reject(address)
        else:
            attempts.accept(address)
            return stream
    raise failed


async def _run(proxy: Proxy, host: str, port: int, stream: httpcore.AsyncNetworkStream, end: float) -> None:
    """Run the handshake of a SOCKS5 proxy."""
    from orionclient._transport.socks import check_received, negotiate  # noqa: PLC0415 - rare

    steps = negotiate(proxy, host, port)
    try:
        with contextlib.suppress(StopIteration):
            data, count = next(steps)
            while True:
                if data:
                    await stream.write(data, end - CLOCK.monotonic())
                received = b""
                while len(received) < count:
                    received += check_received(await stream.read(count - len(received), end - CLOCK.monotonic()))
                data, count = steps.send(received)
    except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
        raise httpcore.ConnectTimeout("no reply of the SOCKS5 proxy within the timeout") from error
    except (httpcore.ReadError, httpcore.WriteError) as error:
        raise httpcore.ConnectError(str(error)) from error


async def _resolve(host: str, port: int, end: float) -> list[str]:
    """Resolve a host name. The threads of the event loop would delay its end, so it checks a thread of this package."""
    lookup, pause = start_lookup(host, port), 0.001
    while not lookup.done.is_set():
        left = end - CLOCK.monotonic()
        if left <= 0:
            raise lookup.late()
        await anyio.sleep(min(pause, left))
        pause = min(2 * pause, _MAX_PAUSE)
    return lookup.addresses()


class AsyncConnections:
    """Connection pools of one event loop, for use as an asynchronous context manager.

    Args:
        settings: Settings of the connections.
        transport: Transport of the caller, which stays open; None for connections of their own.
    """

    def __init__(self, settings: Settings, transport: TransportAdapter | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self._pools: dict[object, httpcore.AsyncConnectionPool] = {}
        self._stack = AsyncExitStack()

    async def exchange(
        self, request: PreparedRequest, content: AsyncIterator[bytes] | None, trace: Any
    ) -> AsyncRawResponse:
        """Send a request and read the head of the response.

        Args:
            request: The request.
            content: Chunks of the body; None if none.
            trace: Called by the library with the name of each event.

        Returns:
            The response.
        """
        if self._transport is not None:
            # Only connections of the library report that they connect.
            await trace("send_request_headers.started", None)
            return await self._transport.exchange_async(request, content, trace)
        warn_insecure(request, self._settings)
        pool = await self._get_pool(request)
        response = await pool.handle_async_request(make_library_request(request, content, trace=trace))
        return AsyncRawResponse(response.status, response.headers, response.aiter_stream(), response.aclose)

    async def _get_pool(self, request: PreparedRequest) -> httpcore.AsyncConnectionPool:
        origin = request.origin
        proxy = find_proxy(origin, self._settings)
        context = REGISTRY.get_tls_context(self._settings, origin) if origin[0] == "https" else None
        if (context, proxy) not in self._pools:
            make: Any = httpcore.AsyncConnectionPool
            options: dict[str, Any] = {
                "network_backend": _Backend(proxy if proxy is not None and proxy.is_socks else None)
            }
            if proxy is not None and not proxy.is_socks:
                make = httpcore.AsyncHTTPProxy
                options |= proxy_arguments(proxy, REGISTRY.get_proxy_tls_context(proxy, self._settings))
            pool = make(**options, ssl_context=context, max_connections=None, keepalive_expiry=IDLE_SECONDS)
            self._pools[context, proxy] = await self._stack.enter_async_context(pool)
        return self._pools[context, proxy]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pools.clear()
        await self._stack.aclose()


async def transmit_async(
    request: PreparedRequest,
    settings: Settings,
    connections: AsyncConnections | None,
    transport: TransportAdapter | None,
) -> AsyncResponse | Failure:
    """Send one attempt in an event loop; see `transmit`.

    Args:
        request: The request, with all headers and the timeout of the attempt.
        settings: Settings of the connection.
        connections: Pooled connections; None opens a connection for this call.
        transport: Transport of the caller, if `connections` is None; None to open a connection.

    Returns:
        The response, with any status, or the failure.
    """
    outer = sys.exc_info()[1]
    stack = AsyncExitStack()
    sending = False
    status: int | None = None

    async def trace(event: str, _: object) -> None:
        nonlocal sending
        sending = event.endswith("send_request_headers.started") or (
            sending and not event.endswith("connect_tcp.started")
        )

    upload = request.stream and request.body is not None
    try:
        with anyio.fail_after(None if upload else request.timeout) as scope:
            if connections is None:
                connections = await stack.enter_async_context(AsyncConnections(settings, transport))
            content = None if request.body is None else _iter_chunks(request.body, scope, request.timeout)
            response = await connections.exchange(request, content, trace)
            status, headers = response.status, build_headers(response.headers)
            stack.push_async_callback(_close, response)
            body = None
            if not request.keep_open or not is_success(status):
                body = await _read_body(response, BoundedBody(request, status, headers))
    except BaseException as error:
        clear_frames(error, outer)
        with anyio.CancelScope(shield=True):
            await stack.aclose()
        failure = _find_failure(error, outer, sending=sending)
        if failure is None:
            raise
        return evolve(failure, status=status)
    if body is not None:
        await stack.aclose()
    stream = _iter_body(response, request.timeout) if body is None else _iter_once(body)
    return AsyncResponse(status, headers, request.url, stream=stream, close=stack.aclose, content=body)


def _find_failure(error: BaseException, outer: BaseException | None, *, sending: bool) -> Failure | None:
    """Convert an error to a failure; None for an error that is raised unchanged."""
    if isinstance(error, TimeoutError):
        # If no byte was sent, the server has not received the request.
        if sending:
            return Failure("timeout", "no response within the timeout", error)
        return Failure("connect", "cannot connect to the server within the timeout", error)
    if isinstance(error, transport_errors()) and not isinstance(error, OrionError):
        return to_failure(error, outer)
    return None


async def _close(response: AsyncRawResponse) -> None:
    with contextlib.suppress(*transport_errors()):
        await response.close()


async def _read_body(response: AsyncRawResponse, bounded: BoundedBody) -> bytes:
    async for chunk in _iter_decoded(response, None):
        if not bounded.add_chunk(chunk):
            break
    return bounded.body


async def _iter_chunks(body: Body, scope: anyio.CancelScope, seconds: float) -> AsyncIterator[bytes]:
    async for chunk in body.aiter_chunks():
        yield chunk
    scope.deadline = min(scope.deadline, anyio.current_time() + seconds)


async def _iter_once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _iter_decoded(response: AsyncRawResponse, watch: StallWatch | None) -> AsyncIterator[bytes]:
    decompressor, started = make_decompressor(response.headers), CLOCK.monotonic()
    async for compressed in response.chunks:
        if watch is not None:
            watch.record(len(compressed), CLOCK.monotonic() - started)
        for chunk in decompressor.feed(compressed):
            yield chunk
        started = CLOCK.monotonic()
    decompressor.finish()


async def _iter_body(response: AsyncRawResponse, timeout: float) -> AsyncIterator[bytes]:
    try:
        async for chunk in _iter_decoded(response, StallWatch(timeout)):
            yield chunk
    except transport_errors() as error:
        failed = error
    else:
        return
    raise make_body_error(failed)


async def sleep_async(seconds: float) -> None:
    """Wait in an event loop.

    Args:
        seconds: Duration in seconds; skipped while the virtual clock of tests is active.
    """
    if CLOCK.virtual:
        CLOCK.sleep(seconds)
    else:
        await anyio.sleep(seconds)
