"""A socket that never blocks: what is there is taken at once, and every wait ends at the deadline of the request."""

from __future__ import annotations

import math
import select
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from orionclient._cancellation import POLL_INTERVAL, is_cancellable, raise_if_cancelled
from orionclient._clock import CLOCK
from orionclient._library import httpcore
from orionclient._locks import close_in_child

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_SIZE: Final = 64 * 1024
_LARGE_READ: Final = 1024 * 1024
# More than the system's wait takes is waited for in turns.
_DAY: Final = 86400.0
# How often a chunk waits a millisecond for the next.
_WOULD_BLOCK: Final = 64
_NUMERIC: Final = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
# What becomes of a wait that is over, and of a connection that breaks.
_READING: Final = (httpcore.ReadTimeout, httpcore.ReadError)
_WRITING: Final = (httpcore.WriteTimeout, httpcore.WriteError)


class _Deadline(threading.local):
    """The moment at which the attempt that runs in this thread has to be over."""

    at: float | None = None

    def limit(self, timeout: float | None, error: type[Exception] = httpcore.ReadTimeout) -> float | None:
        if self.at is None:
            return timeout
        left = self.at - CLOCK.monotonic()
        if left <= 0:
            raise error("the time for this request is over")
        return left if timeout is None else min(timeout, left)


DEADLINE: Final = _Deadline()


class Stream(httpcore.NetworkStream):
    """A socket of the library whose waits end at the deadline; the library itself bounds only each wait, so a slow drip would never end."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, DEADLINE.limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, DEADLINE.limit(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            left = DEADLINE.limit(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()
            raise
        inner = self._inner.start_tls(ssl_context, server_hostname, left)
        secure = inner.get_extra_info("socket")
        if isinstance(secure, ssl.SSLSocket):
            # By default an end that TLS did not announce looks like any other.
            secure.suppress_ragged_eofs = False  # type: ignore[attr-defined]
        return _track(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _track(inner: httpcore.NetworkStream) -> Stream:
    """Have a forked child close its copy: with it the connection would outlive the end that the parent makes of it."""
    close_in_child(inner.get_extra_info("socket"))
    return Stream(inner)


class StrictTLS(ssl.SSLObject):
    """TLS in an event loop, where an end that TLS did not announce is an error: the library takes it for the end of the content."""

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - the standard library's name
        try:
            return super().read(len, buffer)
        except ssl.SSLEOFError as error:
            broken = ssl.SSLSyscallError(ssl.SSL_ERROR_SYSCALL, "the connection ended without the end of TLS")
            broken.library, broken.reason = error.library, error.reason
            raise broken from error


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
        left = DEADLINE.limit(timeout, httpcore.ConnectTimeout)
        end = time.monotonic() + (_DAY if left is None else left)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [socket.getnameinfo(each[4], _NUMERIC)[0] for each in found]
        while True:
            # One time for all addresses: one that is silent leaves the others their share.
            share = max(end - time.monotonic(), 0.001) / len(addresses)
            address = addresses.pop(0)
            try:
                return _track(self._inner.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise


class Socket:
    """A connected socket, plain or in TLS. Errors are the library's.

    Args:
        host: Name or address of the server.
        port: Its port.
        context: How to talk TLS; None for plain.
        timeout: Seconds to connect.
    """

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeout: float) -> None:
        self._is_tls = context is not None
        self._read_error: OSError | None = None
        # To wait for what can be read, and for what can be written.
        self._polls: tuple[select.poll, select.poll] | None = None
        stream = Backend().connect_tcp(host, port, timeout)
        try:
            if context is not None:
                context.set_alpn_protocols(["http/1.1"])
                stream = stream.start_tls(context, host, timeout)
            self._stream = stream
            self._socket: Any = stream.get_extra_info("socket")
            self._socket.settimeout(0.0)
            if hasattr(select, "poll"):
                self._polls = (select.poll(), select.poll())
                for poll, what in zip(self._polls, (select.POLLIN, select.POLLOUT), strict=True):
                    poll.register(self._socket, what)
        except BaseException:
            # Also where an interrupt comes, for nobody else knows of it yet.
            stream.close()
            raise

    def write(self, data: bytes | memoryview, timeout: float) -> None:
        """Send all of it."""
        view = memoryview(data)
        while view:
            view = view[self._call_with_deadline(self._socket.send, view, timeout, _WRITING) :]

    def read_into(self, buffer: memoryview, timeout: float) -> int:
        """Read what has arrived, at least a byte, unless the server closed the connection."""
        if self._read_error is not None:
            raise httpcore.ReadError(str(self._read_error)) from self._read_error
        count: int = self._call_with_deadline(self._socket.recv_into, buffer, timeout, _READING)
        return count + self._read_available(buffer[count:_LARGE_READ]) if self._is_tls and count else count

    def _read_available(self, buffer: memoryview) -> int:
        """Take what else is there: TLS gives out 16 KiB at a time, and each chunk would be written and counted alone."""
        count, waits = 0, _WOULD_BLOCK
        while count < len(buffer):
            try:
                got = self._socket.recv_into(buffer[count:])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                # The next chunk is mostly on its way.
                waits -= 1
                if not waits or not self.wait_ready(0.001):
                    break
                continue
            except OSError as error:
                # What came before it counts.
                self._read_error = error
                break
            if not got:
                break
            count += got
        return count

    def read(self, timeout: float) -> bytes:
        """Read a chunk; empty where the server closed the connection."""
        return self._call_with_deadline(self._socket.recv, CHUNK_SIZE, timeout, _READING, first_wait=True)  # type: ignore[no-any-return]

    def _call_with_deadline(
        self,
        call: Callable[[Any], Any],
        argument: Any,
        timeout: float,
        errors: tuple[type[Exception], type[Exception]],
        *,
        first_wait: bool = False,
    ) -> Any:
        """Do something with the socket, and wait only where it cannot be done at once: every wait costs a call and the lock of Python."""
        raise_if_cancelled()
        late, broken = errors
        left = DEADLINE.limit(timeout, late)
        end = time.monotonic() + (timeout if left is None else left)
        writes = errors is _WRITING
        try:
            # What TLS has decompressed already is not to be seen at the socket.
            if first_wait and not self._is_tls:
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
        except TimeoutError as error:
            raise late(str(error)) from error
        except OSError as error:
            raise broken(str(error)) from error

    def _wait(self, end: float, *, writes: bool) -> None:
        """Wait for the socket; a thread of a pool looks now and then whether it is still wanted."""
        while True:
            left = max(end - time.monotonic(), 0.0)
            if self.wait_ready(min(left, POLL_INTERVAL if is_cancellable() else _DAY), writes=writes):
                return
            raise_if_cancelled()
            if time.monotonic() >= end:
                raise TimeoutError("timed out")

    def has_unread_data(self) -> bool:
        """Whether there is something that nobody asked for, the end included."""
        # What TLS has decompressed already is not to be seen at the socket.
        return bool(self._is_tls and self._socket.pending()) or self.wait_ready(0.0)

    def wait_ready(self, seconds: float, *, writes: bool = False) -> bool:
        """Wait until there is something to read, the end included, or room to write."""
        if self._polls:
            return bool(self._polls[writes].poll(math.ceil(seconds * 1000)))
        both = ([], [self._socket]) if writes else ([self._socket], [])  # pragma: no cover - Windows
        return any(select.select(*both, [], seconds))  # pragma: no cover - Windows

    def close(self) -> None:
        """Close it."""
        self._stream.close()
