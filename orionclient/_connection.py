"""One connection to a server: the heads by h11, the content straight between the socket and the reader's buffer."""

from __future__ import annotations

import contextlib
import functools
import re
import time
from typing import TYPE_CHECKING, Final, Protocol

import h11
from attrs import frozen

from orionclient._library import httpcore
from orionclient._socket import PIECE, Socket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

HeaderList = list[tuple[bytes, bytes]]

# The longest head that is taken; a server that sends more is not one to talk to.
_LONGEST_HEAD: Final = 100 * 1024
_NO_CONTENT: Final = frozenset({204, 304})
# Heads that need nobody's judgement: usual methods, and headers that change nothing about the connection or the framing.
_USUAL: Final = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE"})
_SPECIAL: Final = frozenset({b"connection", b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"})
_CLEAN: Final = re.compile(
    rb"[A-Z]+ [!-~]+ HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [!-~](?:[ -~\t]*[!-~])?\r\n)+\r\n"
)


@frozen
class Message:
    """A request as it goes over one connection.

    Attributes:
        scheme: ``http`` or ``https``.
        host: Name or address, as it stands on the wire.
        port: Port; None for the usual one.
        target: Path and query.
        method: HTTP method.
        headers: All headers, `Host` and the framing of the body included.
        content: The body in pieces; None for none.
        connecting: Seconds to connect.
        waiting: Seconds of every wait without progress.
    """

    scheme: bytes
    host: bytes
    port: int | None
    target: bytes
    method: bytes
    headers: HeaderList
    content: Iterable[bytes] | None
    connecting: float
    waiting: float

    @property
    def origin(self) -> tuple[bytes, bytes, int]:
        """Scheme, host and port of the server."""
        return self.scheme, self.host, self.port or (443 if self.scheme == b"https" else 80)


class Incoming(Protocol):
    """An answer whose content was not read yet."""

    status: int
    headers: HeaderList

    def readinto(self, buffer: memoryview) -> int:
        """Read what is there, at least a byte; gives the number of bytes, 0 at the end."""
        ...

    def close(self) -> None:
        """End the reading; a connection whose answer was not read to its end goes with it."""
        ...


class Line(Protocol):
    """A connection that carries one request at a time."""

    def exchange(self, message: Message) -> Incoming:
        """Send a request and read the head of the answer."""
        ...

    def is_idle(self) -> bool:
        """Whether it can carry another request."""
        ...

    def has_expired(self) -> bool:
        """Whether it was idle for too long or the server closed it."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Connection:
    """A connection of our own to one server.

    The library's connection copies every byte of an answer several times, and costs as much again for a small one; it stays for what
    goes through a proxy. Messages of errors are the library's, since they are told apart by them.

    Args:
        context: How to talk TLS; None for plain HTTP.
        idle: Seconds after which it is not used again.
    """

    def __init__(self, context: ssl.SSLContext | None, idle: float) -> None:
        self._context = context
        self._idle = idle
        self._socket: Socket | None = None
        self._free_since: float | None = None

    def exchange(self, message: Message) -> Incoming:
        """Send a request and read the head of the answer."""
        self._free_since = None
        socket = self._socket
        if socket is None:
            socket = self._socket = Socket(
                message.host.decode("ascii"), message.origin[2], self._context, message.connecting
            )
        state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        try:
            sent = _sent(socket, state, message)
            head = _head(socket, state, message.waiting)
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return _Content(self, socket, state, head, message, sent=sent)

    def release(self, *, reusable: bool) -> None:
        """Take the connection back after an answer."""
        if reusable:
            self._free_since = time.monotonic()
        else:
            self.close()

    def is_idle(self) -> bool:
        """Whether it can carry another request."""
        return self._free_since is not None

    def has_expired(self) -> bool:
        """Whether it was idle for too long or the server closed it."""
        if self._socket is None or self._free_since is None or time.monotonic() > self._free_since + self._idle:
            return True
        # What a server sends unasked is the end of the connection.
        return self._socket.ready(0.0)

    def close(self) -> None:
        """Close it."""
        self._free_since = None
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()


def _sent(socket: Socket, state: h11.Connection, message: Message) -> bool:
    """Send a request; False where the server hung up meanwhile, which may have answered before that."""
    ready = _clean_head(message)
    if ready is None:
        # For h11 to judge, and to frame.
        ready = state.send(h11.Request(method=message.method, target=message.target, headers=message.headers)) or b""
        pieces = _framed(state, message.content or ())
    else:
        state.send(_alike(message.method))
        state.send(h11.EndOfMessage())
        pieces = _counted(message)
    try:
        for piece in pieces:
            if ready and len(ready) + len(piece) <= PIECE:
                # Head and body in one packet: what is small arrives as a whole, at the price of one call.
                ready += piece
                continue
            socket.write(ready, message.waiting)
            socket.write(piece, message.waiting)
            ready = b""
        socket.write(ready, message.waiting)
    except httpcore.WriteError:
        return False
    return True


def _clean_head(message: Message) -> bytes | None:
    """Write the head of a request in which nothing could be taken for anything else; None where somebody has to look closer."""
    fields = {name.lower(): value for name, value in message.headers}
    length = fields.get(b"content-length", b"0" if message.content is None else b"")
    if message.method not in _USUAL or b"host" not in fields or not length.isdigit() or not _SPECIAL.isdisjoint(fields):
        return None
    lines = [
        b"%b %b HTTP/1.1\r\n" % (message.method, message.target),
        *[b"%b: %b\r\n" % field for field in message.headers],
        b"\r\n",
    ]
    head = b"".join(lines)
    # As many lines as there are headers, each once: none ends early, none says something else again.
    whole = head.count(b"\n") == len(fields) + 2 and _CLEAN.fullmatch(head)
    return head if whole else None


@functools.cache
def _alike(method: bytes) -> h11.Request:
    """What h11 has to know of a clean request to read the answer: the method. It checks every header of every request otherwise."""
    return h11.Request(method=method, target=b"/", headers=[(b"Host", b"localhost")])


def _framed(state: h11.Connection, content: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in content:
        yield from state.send_with_data_passthrough(h11.Data(data=chunk)) or ()
    yield state.send(h11.EndOfMessage()) or b""


def _counted(message: Message) -> Iterator[bytes]:
    left = next((int(value) for name, value in message.headers if name.lower() == b"content-length"), 0)
    for chunk in message.content or ():
        left -= len(chunk)
        if left < 0:
            raise httpcore.LocalProtocolError("Too much data for declared Content-Length")
        yield chunk
    if left:
        raise httpcore.LocalProtocolError("Too little data for declared Content-Length")


def _head(socket: Socket, state: h11.Connection, timeout: float) -> h11.Response | h11.InformationalResponse:
    while True:
        event = state.next_event()
        if event is h11.NEED_DATA:
            data = socket.read(timeout)
            if not data and state.their_state == h11.SEND_RESPONSE:
                raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
            state.receive_data(data)
        elif isinstance(event, h11.Response) or (
            isinstance(event, h11.InformationalResponse) and event.status_code == 101
        ):
            return event


class _Content:
    """The answer of a `Connection`."""

    def __init__(
        self,
        line: Connection,
        socket: Socket,
        state: h11.Connection,
        head: h11.Response | h11.InformationalResponse,
        message: Message,
        *,
        sent: bool,
    ) -> None:
        self.status: int = head.status_code
        self.headers: HeaderList = head.headers.raw_items()
        self._line: Connection | None = line
        self._socket = socket
        self._state = state
        self._timeout = message.waiting
        self._came = 0
        fields = dict(head.headers)
        self._chunked = b"transfer-encoding" in fields
        self._length = None if self._chunked else _length(message.method, self.status, fields)
        # Whether both sides keep the connection, as h11 knows.
        self._keep = sent and state.our_state is h11.DONE
        # What came together with the head; h11 keeps the chunked kind, for it has to take the chunks apart.
        self._rest = b"" if self._chunked else bytes(state.trailing_data[0])

    def readinto(self, buffer: memoryview) -> int:
        """Read what is there, at least a byte; gives the number of bytes, 0 at the end."""
        if self._line is None:
            return 0
        if self._rest:
            return self._copied(buffer)
        if self._chunked:
            return self._chunk(buffer)
        left = None if self._length is None else self._length - self._came
        if left == 0:
            self._end(reusable=self._keep)
            return 0
        count = self._socket.read_into(buffer if left is None else buffer[:left], self._timeout)
        if count == 0:
            self._end(reusable=False)
            if left is not None:
                raise httpcore.RemoteProtocolError(
                    "peer closed connection without sending complete message body"
                    f" (received {self._came} bytes, expected {self._length})"
                )
        self._came += count
        return count

    def _copied(self, buffer: memoryview) -> int:
        if not self._chunked and self._length is not None and len(self._rest) > self._length - self._came:
            # More than was announced: nobody knows what it belongs to.
            self._rest, self._keep = self._rest[: self._length - self._came], False
            if not self._rest:
                return self.readinto(buffer)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._came += count
        return count

    def _chunk(self, buffer: memoryview) -> int:
        state = self._state
        try:
            while self._line is not None:
                event = state.next_event()
                if event is h11.NEED_DATA:
                    state.receive_data(self._socket.read(self._timeout))
                elif isinstance(event, h11.Data):
                    self._rest = bytes(event.data)
                    return self._copied(buffer)
                else:
                    both = (state.our_state, state.their_state) == (h11.DONE, h11.DONE)
                    self._end(reusable=self._keep and both and not state.trailing_data[0])
                    break
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return 0

    def _end(self, *, reusable: bool) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.release(reusable=reusable)

    def close(self) -> None:
        """End the reading; a connection whose answer was not read to its end goes with it."""
        whole = not self._chunked and self._length is not None and self._came == self._length and not self._rest
        self._end(reusable=whole and self._keep)


def _length(method: bytes, status: int, fields: dict[bytes, bytes]) -> int | None:
    """The length of the content; None where only the end of the connection ends it."""
    if method == b"HEAD" or status in _NO_CONTENT or status < 200:
        return 0
    # h11 has seen to it that it is one number.
    length = fields.get(b"content-length")
    return None if length is None else int(length)


class Proxied:
    """A connection through a proxy, made and spoken to by the library.

    Args:
        inner: The library's connection.
    """

    def __init__(self, inner: httpcore.ConnectionInterface) -> None:
        self._inner = inner

    def exchange(self, message: Message) -> Incoming:
        """Send a request and read the head of the answer."""
        phases = {"connect": message.connecting, "read": message.waiting, "write": message.waiting}
        answer = self._inner.handle_request(
            httpcore.Request(
                message.method,
                httpcore.URL(scheme=message.scheme, host=message.host, port=message.port, target=message.target),
                headers=message.headers,
                content=message.content,
                extensions={"timeout": phases},
            )
        )
        return _Pieces(answer)

    def is_idle(self) -> bool:
        """Whether it can carry another request."""
        return self._inner.is_idle()

    def has_expired(self) -> bool:
        """Whether it was idle for too long or the server closed it."""
        return self._inner.has_expired()

    def close(self) -> None:
        """Close it."""
        self._inner.close()


class _Pieces:
    """The answer of the library's connection."""

    def __init__(self, answer: httpcore.Response) -> None:
        self.status: int = answer.status
        self.headers: HeaderList = answer.headers
        self._answer = answer
        self._pieces: Iterator[bytes] = iter(answer.iter_stream())
        self._rest = b""

    def readinto(self, buffer: memoryview) -> int:
        """Read what is there, at least a byte; gives the number of bytes, 0 at the end."""
        if not self._rest:
            self._rest = next((piece for piece in self._pieces if piece), b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """End the reading; a connection whose answer was not read to its end goes with it."""
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError):
            self._answer.close()
