"""HTTP/1.1 connections, which read response bodies directly into the reader's buffer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

import h11

from orionclient._runtime.cancellation import raise_if_cancelled
from orionclient._transport.failures import transport_errors
from orionclient._transport.heads import (
    HeaderList,
    ResponseHead,
    encode_request_head,
    h11_state_after,
    head_from_h11,
    new_h11_state,
    parse_response_head,
)
from orionclient._transport.idle import ReuseLimit
from orionclient._transport.library import httpcore
from orionclient._transport.sockets import CHUNK_SIZE, DEADLINE, Socket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from orionclient._transport.request import PreparedRequest


class RawResponse(Protocol):
    """A response whose body has not been read yet."""

    status: int
    headers: HeaderList

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes, at least one; return their count, 0 at the end."""
        ...

    def close(self) -> None:
        """Stop reading; the connection is closed if the response was not read to its end."""
        ...


class Sender(Protocol):
    """Sends a request: a pool, a connection, or a transport of the caller."""

    def exchange(self, request: PreparedRequest, content: Iterable[bytes] | None) -> RawResponse:
        """Send a request and read the head of the response."""
        ...


class ConnectionProtocol(Sender, Protocol):
    """A connection for one request at a time."""

    def is_idle(self) -> bool:
        """Return whether the connection can take another request."""
        ...

    def has_expired(self) -> bool:
        """Return whether the connection was idle for too long or was closed by the server."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Connection:
    """A direct connection to one server.

    The library's connection copies every byte of a response several times and doubles the cost of a small response, so it is used for
    proxies only. The error messages are the library's, since failures are classified by them.

    Args:
        context: TLS context; None for plain HTTP.
        backend: Network backend that opens the connection.
    """

    def __init__(self, context: ssl.SSLContext | None, backend: httpcore.NetworkBackend) -> None:
        self._context = context
        self._backend = backend
        self._socket: Socket | None = None
        self._limit = ReuseLimit()
        self._is_idle = False

    def exchange(self, request: PreparedRequest, content: Iterable[bytes] | None) -> RawResponse:
        """Send a request and read the head of the response."""
        self._is_idle = False
        socket = self._socket
        if socket is None:
            _, host, port = request.origin
            socket = self._socket = Socket(host, port, self._context, request.timeouts["connect"], self._backend)
        method = request.method.encode("ascii")
        try:
            state, sent = _send(socket, request, content)
            state, head = _read_head(socket, state, method, request.timeout)
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        self._limit.record_response(head.limits)
        return _BodyReader(self, socket, state, head, request.timeout, sent=sent)

    def release(self, *, reusable: bool) -> None:
        """Release the connection after a response."""
        if reusable:
            self._limit.start_idle()
            self._is_idle = True
        else:
            self.close()

    def is_idle(self) -> bool:
        """Return whether the connection can take another request."""
        return self._is_idle

    def has_expired(self) -> bool:
        """Return whether the connection was used or idle for too long, or was closed by the server."""
        if self._socket is None or not self._is_idle or self._limit.is_reached():
            return True
        # Unsolicited bytes make the connection unusable.
        return self._socket.has_unread_data()

    def close(self) -> None:
        """Close the connection."""
        self._is_idle = False
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()


def _send(
    socket: Socket, request: PreparedRequest, content: Iterable[bytes] | None
) -> tuple[h11.Connection | None, bool]:
    """Send a request; return the h11 state if h11 is needed, and whether the request was sent completely.

    If the server closed the connection while the request was sent, it may still have responded before.
    """
    state, method, target, headers = None, request.method.encode("ascii"), request.target, request.encode_headers()
    ready = encode_request_head(method, target, headers, content=content is not None)
    if ready is not None:
        chunks = _check_content_length(headers, content or ())
    else:
        state = new_h11_state()
        ready = state.send(h11.Request(method=method, target=target, headers=headers)) or b""
        chunks = _encode_chunked(state, content or ())
    try:
        for chunk in chunks:
            if ready and len(ready) + len(chunk) <= CHUNK_SIZE:
                # A small head and body are sent in one packet by one system call.
                ready += chunk
                continue
            socket.write(memoryview(ready), request.timeout)
            socket.write(memoryview(chunk), request.timeout)
            ready = b""
        socket.write(memoryview(ready), request.timeout)
    except httpcore.WriteError:
        return state, False
    finally:
        # A traceback with local variables must not show the request head.
        del ready, headers, target
    return state, True


def _encode_chunked(state: h11.Connection, content: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in content:
        yield from state.send_with_data_passthrough(h11.Data(data=chunk)) or ()
    yield state.send(h11.EndOfMessage()) or b""


def _check_content_length(headers: HeaderList, content: Iterable[bytes]) -> Iterator[bytes]:
    left = next((int(value) for name, value in headers if name.lower() == b"content-length"), 0)
    for chunk in content:
        left -= len(chunk)
        if left < 0:
            raise httpcore.LocalProtocolError("Too much data for declared Content-Length")
        yield chunk
    if left:
        raise httpcore.LocalProtocolError("Too little data for declared Content-Length")


def _read_head(
    socket: Socket, state: h11.Connection | None, method: bytes, timeout: float
) -> tuple[h11.Connection | None, ResponseHead]:
    """Read the head of a response; also return the h11 state if h11 is needed."""
    if state is None:
        data = socket.read(timeout)
        if head := parse_response_head(data, method):
            return None, head
        state = h11_state_after(method)
        _receive(state, data)
    while True:
        event = state.next_event()
        if event is h11.NEED_DATA:
            _receive(state, socket.read(timeout))
        elif isinstance(event, h11.Response) or (
            isinstance(event, h11.InformationalResponse) and event.status_code == 101
        ):
            return state, head_from_h11(state, event, method)


def _receive(state: h11.Connection, data: bytes) -> None:
    if not data and state.their_state == h11.SEND_RESPONSE:
        raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
    state.receive_data(data)


class _BodyReader:
    """The response of a `Connection`."""

    def __init__(
        self,
        connection: Connection,
        socket: Socket,
        state: h11.Connection | None,
        head: ResponseHead,
        timeout: float,
        *,
        sent: bool,
    ) -> None:
        self.status: int = head.status
        self.headers: HeaderList = head.headers
        self._connection: Connection | None = connection
        self._socket = socket
        self._state = state
        self._timeout = timeout
        self._received = 0
        self._chunked = head.chunked
        self._length = head.length
        self._keep_alive = sent and head.keep_alive
        self._rest = head.rest

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes, at least one; return their count, 0 at the end."""
        if self._connection is None:
            return 0
        if self._rest:
            return self._copy_rest(buffer)
        if self._chunked:
            return self._read_chunked(buffer)
        left = None if self._length is None else self._length - self._received
        if left == 0:
            self._end(reusable=self._keep_alive)
            return 0
        count = self._socket.read_into(buffer if left is None else buffer[:left], self._timeout)
        if count == 0:
            self._end(reusable=False)
            if left is not None:
                raise httpcore.RemoteProtocolError(
                    "peer closed connection without sending complete message body"
                    f" (received {self._received} bytes, expected {self._length})"
                )
        self._received += count
        return count

    def _copy_rest(self, buffer: memoryview) -> int:
        if not self._chunked and self._length is not None and len(self._rest) > self._length - self._received:
            # More bytes than Content-Length: they belong to no response, so the connection cannot be reused.
            self._rest, self._keep_alive = self._rest[: self._length - self._received], False
            if not self._rest:
                return self.readinto(buffer)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._received += count
        return count

    def _read_chunked(self, buffer: memoryview) -> int:
        state = self._state
        try:
            while self._connection is not None and state is not None:
                event = state.next_event()
                if event is h11.NEED_DATA:
                    state.receive_data(self._socket.read(self._timeout))
                elif isinstance(event, h11.Data):
                    self._rest = bytes(event.data)
                    return self._copy_rest(buffer)
                else:
                    both = (state.our_state, state.their_state) == (h11.DONE, h11.DONE)
                    self._end(reusable=self._keep_alive and both and not state.trailing_data[0])
                    break
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return 0

    def _end(self, *, reusable: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release(reusable=reusable)

    def close(self) -> None:
        """Stop reading; the connection is closed if the response was not read to its end."""
        whole = not self._chunked and self._length is not None and self._received == self._length and not self._rest
        self._end(reusable=whole and self._keep_alive)


class ProxiedConnection:
    """A connection through a proxy, handled by the library.

    Args:
        inner: The library's connection.
    """

    def __init__(self, inner: httpcore.ConnectionInterface) -> None:
        self._inner = inner
        self.is_idle = inner.is_idle
        self.has_expired = inner.has_expired
        self.close = inner.close

    def exchange(self, request: PreparedRequest, content: Iterable[bytes] | None) -> RawResponse:
        """Send a request and read the head of the response."""
        response = self._inner.handle_request(make_library_request(request, content))
        return StreamReader(response.status, response.headers, response.iter_stream(), response.close)


def make_library_request(request: PreparedRequest, content: Any, **extensions: Any) -> httpcore.Request:
    """Convert a request for the library's connections.

    Args:
        request: The request.
        content: Chunks of the body; None if none.
        **extensions: Extensions of the library.

    Returns:
        The library's request.
    """
    scheme, host, port = request.origin
    default = 443 if scheme == "https" else 80
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=scheme, host=host, port=None if port == default else port, target=request.target),
        headers=request.encode_headers(),
        content=content,
        extensions={"timeout": request.timeouts, **extensions},
    )


class StreamReader:
    """A response whose body is an iterable of chunks, of the library or of a transport of the caller."""

    def __init__(self, status: int, headers: HeaderList, chunks: Iterable[bytes], close: Callable[[], object]) -> None:
        self.status = status
        self.headers = headers
        self._chunks = iter(chunks)
        self._close = close
        self._rest = memoryview(b"")

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes, at least one; return their count, 0 at the end."""
        raise_if_cancelled()
        chunk: bytes | None = b""
        while not self._rest and chunk is not None:
            # Also before an empty chunk, which a transport may return without end.
            DEADLINE.limit(None)
            chunk = next(self._chunks, None)
            self._rest = memoryview(chunk or b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def close(self) -> None:
        """Stop reading; the connection is closed if the response was not read to its end."""
        with contextlib.suppress(*transport_errors()):
            self._close()
