"""Non-blocking sockets whose waits end at the deadline of the request."""

from __future__ import annotations

import math
import select
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from orionclient._runtime.cancellation import POLL_INTERVAL, is_cancellable, raise_if_cancelled
from orionclient._runtime.clock import CLOCK
from orionclient._runtime.locks import close_in_child
from orionclient._transport.addresses import Attempts, resolve
from orionclient._transport.heads import ReuseWatch
from orionclient._transport.library import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_SIZE: Final = 64 * 1024
_LARGE_READ: Final = 1024 * 1024
# The system's poll has a maximum timeout, so longer waits are split.
_DAY: Final = 86400.0
# Maximum number of one-millisecond waits for the next TLS record.
_WOULD_BLOCK: Final = 64
# Exceptions for a timeout and for a lost connection.
_READING: Final = (httpcore.ReadTimeout, httpcore.ReadError)
_WRITING: Final = (httpcore.WriteTimeout, httpcore.WriteError)
# Seconds of silence before the first keep-alive probe, seconds between probes, and how many of them: firewalls drop idle connections
# without a word, often after some minutes. On macOS the first option has another name.
_PROBES: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPALIVE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
#: Options of every socket, as arguments of `setsockopt`.
KEEP_ALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *((socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _PROBES.items() if hasattr(socket, name)),
)


class _Deadline(threading.local):
    """Deadline of the attempt that runs in this thread."""

    at: float | None = None

    def limit(self, timeout: float | None, error: type[Exception] = httpcore.ReadTimeout) -> float | None:
        if self.at is None:
            return timeout
        left = self.at - CLOCK.monotonic()
        if left <= 0:
            raise error("deadline exceeded")
        return left if timeout is None else min(timeout, left)


DEADLINE: Final = _Deadline()


class Stream(httpcore.NetworkStream):
    """Network stream of the library whose waits end at the deadline; the library limits only each wait, so a slow drip would never end."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._watch = ReuseWatch()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, DEADLINE.limit(timeout))
        self._watch.record_received(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._watch.record_sent(buffer)
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
            # By default a connection that ends without a TLS close_notify looks like a regular end.
            secure.suppress_ragged_eofs = False  # type: ignore[attr-defined]
        return _track(inner)

    def get_extra_info(self, info: str) -> Any:
        # The library closes an idle connection that is readable.
        closing = info == "is_readable" and self._watch.must_close(self._inner.get_extra_info("ssl_object"))
        return closing or self._inner.get_extra_info(info)


def _track(inner: httpcore.NetworkStream) -> Stream:
    """Close the copy of a socket in forked children; it would keep the connection open after the parent has closed it."""
    close_in_child(inner.get_extra_info("socket"))
    return Stream(inner)


class StrictTLS(ssl.SSLObject):
    """TLS in an event loop that raises for an end without close_notify, which the library would take for the end of the body."""

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - the standard library's name
        try:
            return super().read(len, buffer)
        except ssl.SSLEOFError as error:
            broken = ssl.SSLSyscallError(ssl.SSL_ERROR_SYSCALL, "the connection ended without a TLS close_notify")
            broken.library, broken.reason = error.library, error.reason
            raise broken from error


class Backend(httpcore.NetworkBackend):
    """Network backend of the library that opens connections with deadlines."""

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
        seconds = _DAY if left is None else left
        end = CLOCK.monotonic() + seconds
        addresses = resolve(host, port, seconds)
        attempts = Attempts(host, port, addresses, end - CLOCK.monotonic())
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address, share in attempts:
            raise_if_cancelled()
            try:
                stream = self._inner.connect_tcp(
                    address, port, share, local_address, [*KEEP_ALIVE, *(socket_options or ())]
                )
            except httpcore.ConnectTimeout as error:
                failed = error
            except httpcore.ConnectError as error:
                failed = error
                attempts.reject(address)
            else:
                attempts.accept(address)
                return _track(stream)
        raise failed


class Socket:
    """A connected socket, with or without TLS. Raises the library's exceptions.

    Args:
        host: Host name or IP address of the server.
        port: Port of the server.
        context: TLS context; None for a plain socket.
        timeout: Timeout for connecting in seconds.
        backend: Network backend that opens the connection.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, timeout: float, backend: httpcore.NetworkBackend
    ) -> None:
        self._is_tls = context is not None
        self._read_error: OSError | None = None
        # Poll objects for reading and for writing.
        self._polls: tuple[select.poll, select.poll] | None = None
        stream = backend.connect_tcp(host, port, timeout)
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
            # Also on KeyboardInterrupt, since no other object owns the socket yet.
            stream.close()
            raise

    def write(self, data: bytes | memoryview, timeout: float) -> None:
        """Send all bytes."""
        view = memoryview(data)
        while view:
            view = view[self._call_with_deadline(self._socket.send, view, timeout, _WRITING) :]

    def read_into(self, buffer: memoryview, timeout: float) -> int:
        """Read available bytes, at least one; return their count, 0 if the server closed the connection."""
        if self._read_error is not None:
            raise httpcore.ReadError(str(self._read_error)) from self._read_error
        count: int = self._call_with_deadline(self._socket.recv_into, buffer, timeout, _READING)
        return count + self._read_available(buffer[count:_LARGE_READ]) if self._is_tls and count else count

    def _read_available(self, buffer: memoryview) -> int:
        """Read more available bytes: a TLS record has at most 16 KiB, and each read has a fixed cost for the caller."""
        count, waits = 0, _WOULD_BLOCK
        while count < len(buffer):
            try:
                got = self._socket.recv_into(buffer[count:])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                # The next TLS record is usually in transit.
                waits -= 1
                if not waits or not self.wait_ready(0.001):
                    break
                continue
            except OSError as error:
                # The bytes before the error are returned first.
                self._read_error = error
                break
            if not got:
                break
            count += got
        return count

    def read(self, timeout: float) -> bytes:
        """Read a chunk; empty if the server closed the connection."""
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
        """Call a method of the socket, and wait only if it would block: every wait costs a system call and releases the GIL."""
        raise_if_cancelled()
        late, broken = errors
        left = DEADLINE.limit(timeout, late)
        end = time.monotonic() + (timeout if left is None else left)
        writes = errors is _WRITING
        try:
            # Bytes that TLS has decrypted already are not visible to poll.
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
        """Wait for the socket; a thread of a cancellable pool checks periodically whether it was cancelled."""
        while True:
            left = max(end - time.monotonic(), 0.0)
            if self.wait_ready(min(left, POLL_INTERVAL if is_cancellable() else _DAY), writes=writes):
                return
            raise_if_cancelled()
            if time.monotonic() >= end:
                raise TimeoutError("timed out")

    def has_unread_data(self) -> bool:
        """Return whether there are unsolicited bytes, or the end of the connection."""
        # Bytes that TLS has decrypted already are not visible to poll.
        return bool(self._is_tls and self._socket.pending()) or self.wait_ready(0.0)

    def wait_ready(self, seconds: float, *, writes: bool = False) -> bool:
        """Wait until the socket is readable (which includes its end) or writable; return whether it is."""
        if self._polls:
            return bool(self._polls[writes].poll(math.ceil(seconds * 1000)))
        both = ([], [self._socket]) if writes else ([self._socket], [])  # pragma: no cover - Windows
        return any(select.select(*both, [], seconds))  # pragma: no cover - Windows

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()
