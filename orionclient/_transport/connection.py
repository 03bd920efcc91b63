"""HTTP/1.1 connections, which read response bodies directly into the reader's buffer."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Protocol

import h11
from attrs import field, frozen

from orionclient._transport.heads import (
    HeaderList,
    ResponseHead,
    encode_request_head,
    h11_state_after,
    head_from_h11,
    new_h11_state,
    parse_response_head,
)
from orionclient._transport.library import httpcore
from orionclient._transport.sockets import CHUNK_SIZE, Socket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator


@frozen
class WireRequest:
    """A request as it is sent over one connection. Its `repr` omits headers and target, which contain the token and signatures.

    Attributes:
        scheme: ``http`` or ``https``.
        host: Host name or IP address, encoded for the wire.
        port: Port; None for the default port of the scheme.
        target: Path and query.
        method: HTTP method.
        headers: All headers, including `Host` and the framing of the body.
        content: Chunks of the body; None if none.
        connect_timeout: Timeout for connecting in seconds.
        io_timeout: Timeout in seconds for every wait without progress.
    """

    scheme: bytes
    host: bytes
    port: int | None
    target: bytes = field(repr=False)
    method: bytes
    headers: HeaderList = field(repr=False)
    content: Iterable[bytes] | None
    connect_timeout: float
    io_timeout: float

    @property
    def origin(self) -> tuple[bytes, bytes, int]:
        """Scheme, host and port of the server."""
        return self.scheme, self.host, self.port or (443 if self.scheme == b"https" else 80)


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


class ConnectionProtocol(Protocol):
    """A connection for one request at a time."""

    def exchange(self, message: WireRequest) -> RawResponse:
        """Send a request and read the head of the response."""
        ...

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
        idle: Idle timeout in seconds, after which the connection is not reused.
    """

    def __init__(self, context: ssl.SSLContext | None, idle: float) -> None:
        self._context = context
        self._idle_timeout = idle
        self._socket: Socket | None = None
        self._idle_since: float | None = None

    def exchange(self, message: WireRequest) -> RawResponse:
        """Send a request and read the head of the response."""
        self._idle_since = None
        socket = self._socket
        if socket is None:
            socket = self._socket = Socket(
                message.host.decode("ascii"), message.origin[2], self._context, message.connect_timeout
            )
        try:
            state, sent = _send(socket, message)
            state, head = _read_head(socket, state, message)
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return _BodyReader(self, socket, state, head, message.io_timeout, sent=sent)

    def release(self, *, reusable: bool) -> None:
        """Release the connection after a response."""
        if reusable:
            self._idle_since = time.monotonic()
        else:
            self.close()

    def is_idle(self) -> bool:
        """Return whether the connection can take another request."""
        return self._idle_since is not None

    def has_expired(self) -> bool:
        """Return whether the connection was idle for too long or was closed by the server."""
        if self._socket is None or self._idle_since is None or time.monotonic() > self._idle_since + self._idle_timeout:
            return True
        # Unsolicited bytes make the connection unusable.
        return self._socket.has_unread_data()

    def close(self) -> None:
        """Close the connection."""
        self._idle_since = None
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()


def _send(socket: Socket, message: WireRequest) -> tuple[h11.Connection | None, bool]:
    """Send a request; return the h11 state if h11 is needed, and whether the request was sent completely.

    If the server closed the connection while the request was sent, it may still have responded before.
    """
    state = None
    ready = encode_request_head(message.method, message.target, message.headers, content=message.content is not None)
    if ready is not None:
        chunks = _check_content_length(message)
    else:
        state = new_h11_state()
        ready = state.send(h11.Request(method=message.method, target=message.target, headers=message.headers)) or b""
        chunks = _encode_chunked(state, message.content or ())
    try:
        for chunk in chunks:
            if ready and len(ready) + len(chunk) <= CHUNK_SIZE:
                # A small head and body are sent in one packet by one system call.
                ready += chunk
                continue
            socket.write(memoryview(ready), message.io_timeout)
            socket.write(memoryview(chunk), message.io_timeout)
            ready = b""
        socket.write(memoryview(ready), message.io_timeout)
    except httpcore.WriteError:
        return state, False
    finally:
        # A traceback with local variables must not show the request head.
        del ready
    return state, True


def _encode_chunked(state: h11.Connection, content: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in content:
        yield from state.send_with_data_passthrough(h11.Data(data=chunk)) or ()
    yield state.send(h11.EndOfMessage()) or b""


def _check_content_length(message: WireRequest) -> Iterator[bytes]:
    left = next((int(value) for name, value in message.headers if name.lower() == b"content-length"), 0)
    for chunk in message.content or ():
        left -= len(chunk)
        if left < 0:
            raise httpcore.LocalProtocolError("Too much data for declared Content-Length")
        yield chunk
    if left:
        raise httpcore.LocalProtocolError("Too little data for declared Content-Length")


def _read_head(
    socket: Socket, state: h11.Connection | None, message: WireRequest
) -> tuple[h11.Connection | None, ResponseHead]:
    """Read the head of a response; also return the h11 state if h11 is needed."""
    if state is None:
        data = socket.read(message.io_timeout)
        if head := parse_response_head(data, message.method):
            return None, head
        state = h11_state_after(message.method)
        _receive(state, data)
    while True:
        event = state.next_event()
        if event is h11.NEED_DATA:
            _receive(state, socket.read(message.io_timeout))
        elif isinstance(event, h11.Response) or (
            isinstance(event, h11.InformationalResponse) and event.status_code == 101
        ):
            return state, head_from_h11(state, event, message.method)


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

    def exchange(self, message: WireRequest) -> RawResponse:
        """Send a request and read the head of the response."""
        phases = {"connect": message.connect_timeout, "read": message.io_timeout, "write": message.io_timeout}
        response = self._inner.handle_request(
            httpcore.Request(
                message.method,
                httpcore.URL(scheme=message.scheme, host=message.host, port=message.port, target=message.target),
                headers=message.headers,
                content=message.content,
                extensions={"timeout": phases},
            )
        )
        return _ProxiedResponse(response)

    def is_idle(self) -> bool:
        """Return whether the connection can take another request."""
        return self._inner.is_idle()

    def has_expired(self) -> bool:
        """Return whether the connection was idle for too long or was closed by the server."""
        return self._inner.has_expired()

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()


class _ProxiedResponse:
    """The response of the library's connection."""

    def __init__(self, response: httpcore.Response) -> None:
        self.status: int = response.status
        self.headers: HeaderList = response.headers
        self._response = response
        self._chunks: Iterator[bytes] = iter(response.iter_stream())
        self._rest = b""

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes, at least one; return their count, 0 at the end."""
        if not self._rest:
            self._rest = next((chunk for chunk in self._chunks if chunk), b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """Stop reading; the connection is closed if the response was not read to its end."""
        close_on_surplus(self._response.stream, self._response.extensions.get("network_stream"))
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError):
            self._response.close()


def close_on_surplus(response: object, stream: object) -> None:
    """Make the library close a connection that has received more than its response; it would read the rest as the next response.

    There is no public API for the received bytes. If the private attributes are renamed this does nothing, and tests fail.

    Args:
        response: The library's iterator over the body, not closed yet.
        stream: The library's network stream.
    """
    for name in ("_httpcore_stream", "_stream", "_connection"):
        response = getattr(response, name, response)
    state = getattr(response, "_h11_state", None)
    # The TLS layer buffers bytes that it has not decrypted yet.
    layer = getattr(stream, "_inner", None) or getattr(stream, "_stream", None)
    encrypted = getattr(layer, "_read_bio", None) or getattr(layer, "_incoming", None)
    if (
        state is not None
        and state.their_state is h11.DONE
        and (state.trailing_data[0] or (encrypted is not None and encrypted.pending))
    ):
        state.send_failed()
