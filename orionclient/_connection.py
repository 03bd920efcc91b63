"""One connection to a server: the head of an answer by h11, its content straight from the socket into the reader's buffer."""

from __future__ import annotations

import contextlib
import math
import select
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import h11
from attrs import frozen

from orionclient._clock import CLOCK
from orionclient._library import httpcore
from orionclient._stopping import LOOK, check, stoppable
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HeaderList = list[tuple[bytes, bytes]]

# The longest head that is taken; a server that sends more is not one to talk to.
_LONGEST_HEAD: Final = 100 * 1024
_PIECE: Final = 64 * 1024
_ENOUGH: Final = 1024 * 1024
# How often a piece waits a millisecond for the next.
_WAITS: Final = 64
_NO_CONTENT: Final = frozenset({204, 304})


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


DEADLINE: Final = _Deadline()


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


class Stream(httpcore.NetworkStream):
    """A socket of the library whose waits end at the deadline; the library itself bounds only each wait, so a slow drip would never end."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, DEADLINE.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, DEADLINE.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            left = DEADLINE.cut(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()
            raise
        return Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Opens such sockets."""

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
        left = DEADLINE.cut(timeout, httpcore.ConnectTimeout)
        return Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


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
        self._stream: httpcore.NetworkStream | None = None
        self._socket: Any = None
        self._free_since: float | None = None
        self._broke: OSError | None = None
        # To wait for what can be read, and for what can be written.
        self._polls: tuple[select.poll, select.poll] | None = None

    def exchange(self, message: Message) -> Incoming:
        """Send a request and read the head of the answer."""
        self._free_since = None
        if self._socket is None:
            self._connect(message)
        state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        try:
            sent = self._send(state, message)
            head = self._head(state, message.waiting)
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return _Content(self, state, head, message, sent=sent)

    def _connect(self, message: Message) -> None:
        host = message.host.decode("ascii")
        stream = Backend().connect_tcp(host, message.origin[2], message.connecting)
        if self._context is not None:
            self._context.set_alpn_protocols(["http/1.1"])
            stream = stream.start_tls(self._context, host, message.connecting)
        self._stream, self._socket = stream, stream.get_extra_info("socket")
        self._socket.settimeout(0.0)
        if hasattr(select, "poll"):
            self._polls = (select.poll(), select.poll())
            for poll, what in zip(self._polls, (select.POLLIN, select.POLLOUT), strict=True):
                poll.register(self._socket, what)

    def _send(self, state: h11.Connection, message: Message) -> bool:
        """Send all of it; False where the server hung up meanwhile, which may have answered before that."""
        ready = state.send(h11.Request(method=message.method, target=message.target, headers=message.headers)) or b""
        try:
            for chunk in message.content or ():
                pieces = state.send_with_data_passthrough(h11.Data(data=chunk)) or []
                if ready and len(ready) + len(chunk) <= _PIECE:
                    # Head and body in one packet: what is small arrives as a whole, at the price of one call.
                    ready = b"".join([ready, *pieces])
                    continue
                for piece in (ready, *pieces):
                    self._write(piece, message.waiting)
                ready = b""
            end = state.send(h11.EndOfMessage()) or b""
            self._write(ready + end, message.waiting)
        except httpcore.WriteError:
            return False
        return True

    def _write(self, data: bytes, timeout: float) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._patiently(self._socket.send, view, timeout, httpcore.WriteTimeout) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OrionError:
            raise
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def _patiently(
        self,
        call: Callable[[Any], Any],
        argument: Any,
        timeout: float,
        error: type[Exception] = httpcore.ReadTimeout,
        *,
        first_wait: bool = False,
    ) -> Any:
        """Do something with the socket, and wait only where it cannot be done at once: every wait costs a call and the lock of Python."""
        check()
        left = DEADLINE.cut(timeout, error)
        end = time.monotonic() + (timeout if left is None else left)
        writes = error is httpcore.WriteTimeout
        # What TLS has unpacked already is not to be seen at the socket.
        if first_wait and self._context is None:
            self._wait(end, writes=writes)
        while True:
            try:
                return call(argument)
            except BlockingIOError:
                self._wait(end, writes=writes)
            except ssl.SSLWantReadError:
                self._wait(end, writes=False)
            except ssl.SSLWantWriteError:
                self._wait(end, writes=True)

    def _wait(self, end: float, *, writes: bool) -> None:
        """Wait for the socket; a thread of a pool looks now and then whether it is still wanted."""
        while True:
            left = max(end - time.monotonic(), 0.0)
            if self._ready(min(left, LOOK) if stoppable() else left, writes=writes):
                return
            check()
            if time.monotonic() >= end:
                raise TimeoutError("timed out")

    def _ready(self, seconds: float, *, writes: bool) -> bool:
        if self._polls:
            return bool(self._polls[writes].poll(math.ceil(seconds * 1000)))
        both = ([], [self._socket]) if writes else ([self._socket], [])  # pragma: no cover - Windows
        return any(select.select(*both, [], seconds))  # pragma: no cover - Windows

    def read_into(self, buffer: memoryview, timeout: float) -> int:
        """Read what has arrived, at least a byte, unless the server closed the connection."""
        if self._broke is not None:
            raise httpcore.ReadError(str(self._broke)) from self._broke
        try:
            count: int = self._patiently(self._socket.recv_into, buffer, timeout)
            return count if self._context is None or not count else count + self._more(buffer[count:_ENOUGH])
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OrionError:
            raise
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def _more(self, buffer: memoryview) -> int:
        """Take what else is there: TLS gives out 16 KiB at a time, and each piece would be written and counted alone."""
        count, waits = 0, _WAITS
        while count < len(buffer):
            try:
                got = self._socket.recv_into(buffer[count:])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                # The next piece is mostly on its way.
                waits -= 1
                if not waits or not self._ready(0.001, writes=False):
                    break
                continue
            except OSError as error:
                # What came before it counts.
                self._broke = error
                break
            if not got:
                break
            count += got
        return count

    def read(self, timeout: float) -> bytes:
        """Read a piece; empty where the server closed the connection."""
        try:
            return self._patiently(self._socket.recv, _PIECE, timeout, first_wait=True)  # type: ignore[no-any-return]
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OrionError:
            raise
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def _head(self, state: h11.Connection, timeout: float) -> h11.Response | h11.InformationalResponse:
        while True:
            event = state.next_event()
            if event is h11.NEED_DATA:
                data = self.read(timeout)
                if not data and state.their_state == h11.SEND_RESPONSE:
                    raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
                state.receive_data(data)
            elif isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                return event

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
        if self._stream is None or self._free_since is None or time.monotonic() > self._free_since + self._idle:
            return True
        # What a server sends unasked is the end of the connection.
        return self._ready(0.0, writes=False)

    def close(self) -> None:
        """Close it."""
        self._free_since = None
        stream, self._stream, self._socket, self._polls = self._stream, None, None, None
        if stream is not None:
            stream.close()


class _Content:
    """The answer of a `Connection`."""

    def __init__(
        self,
        line: Connection,
        state: h11.Connection,
        head: h11.Response | h11.InformationalResponse,
        message: Message,
        *,
        sent: bool,
    ) -> None:
        self.status: int = head.status_code
        self.headers: HeaderList = head.headers.raw_items()
        self._line: Connection | None = line
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
        count = self._line.read_into(buffer if left is None else buffer[:left], self._timeout)
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
        state, line = self._state, self._line
        try:
            while line is not None:
                event = state.next_event()
                if event is h11.NEED_DATA:
                    state.receive_data(line.read(self._timeout))
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
