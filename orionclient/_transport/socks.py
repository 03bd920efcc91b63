"""SOCKS5 (RFC 1928, RFC 1929): the handshake without input and output, and its synchronous connections."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from orionclient._runtime.cancellation import raise_if_cancelled
from orionclient._runtime.clock import CLOCK
from orionclient._transport.addresses import resolve
from orionclient._transport.library import httpcore
from orionclient._transport.sockets import DEADLINE, Backend

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator

    from orionclient._transport.proxies import Proxy

    Handshake = Generator[tuple[bytes, int], bytes, None]

_DAY: Final = 86400.0
# Sizes of addresses in replies, by their type; a host name starts with its size.
_SIZES: Final = {1: 4, 4: 16}


def negotiate(proxy: Proxy, host: str, port: int) -> Handshake:
    """Ask a SOCKS5 proxy for a connection.

    Args:
        proxy: The proxy, for its credentials.
        host: Host name or IP address of the server.
        port: Port of the server.

    Yields:
        Bytes to send, and the count of bytes to read and to send back to the generator.

    Raises:
        httpcore.ProxyError: The proxy rejected the connection, or its reply is not valid.
    """
    from socksio import ProtocolError, socks5  # noqa: PLC0415 - the extra `socks`

    state: Any = socks5.SOCKS5Connection()
    methods = [socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED]
    if proxy.credentials is not None:
        methods.append(socks5.SOCKS5AuthMethod.USERNAME_PASSWORD)
    try:
        state.send(socks5.SOCKS5AuthMethodsRequest(methods))
        method = state.receive_data((yield state.data_to_send(), 2)).method
        if method not in methods:
            reason = "a user name and password" if proxy.credentials is None else "another authentication"
            raise httpcore.ProxyError(f"SOCKS5 proxy requires {reason}")
        if proxy.credentials is not None and method == socks5.SOCKS5AuthMethod.USERNAME_PASSWORD:
            state.send(socks5.SOCKS5UsernamePasswordRequest(*proxy.credentials))
            if not state.receive_data((yield state.data_to_send(), 2)).success:
                raise httpcore.ProxyError("SOCKS5 user name or password is wrong")
        state.send(socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host, port)))
        head = yield state.data_to_send(), 4
        code = socks5.SOCKS5ReplyCode(head[1:2])
        if code != socks5.SOCKS5ReplyCode.SUCCEEDED:
            raise httpcore.ProxyError(f"SOCKS5 {code.name.replace('_', ' ').lower()}")
        length = (yield b"", 1) if head[3] == 3 else b""
        state.receive_data(head + length + (yield b"", (length[0] if length else _SIZES[head[3]]) + 2))
    except (ProtocolError, ValueError, KeyError):
        raise httpcore.ProxyError("its reply is not valid SOCKS5") from None


class SocksBackend(httpcore.NetworkBackend):
    """Network backend of the library that connects through a SOCKS5 proxy.

    Args:
        proxy: The proxy.
    """

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._inner = Backend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Connect to a server; the timeout limits the proxy's replies too."""
        left = DEADLINE.limit(timeout, httpcore.ConnectTimeout)
        end = CLOCK.monotonic() + (_DAY if left is None else left)
        if self._proxy.scheme == "socks5":
            host = resolve(host, port, end - CLOCK.monotonic())[0]
        left = end - CLOCK.monotonic()
        stream = self._inner.connect_tcp(self._proxy.host, self._proxy.port, left, local_address, socket_options)
        try:
            _run(negotiate(self._proxy, host, port), stream.get_extra_info("socket"), end)
        except BaseException as error:
            stream.close()
            if isinstance(error, TimeoutError):
                raise httpcore.ConnectTimeout("no reply of the SOCKS5 proxy within the timeout") from error
            if isinstance(error, OSError):
                raise httpcore.ConnectError(str(error)) from error
            raise
        return stream


def _run(steps: Handshake, connected: socket.socket, end: float) -> None:
    with contextlib.suppress(StopIteration):
        data, count = next(steps)
        while True:
            _limit(connected, end)
            connected.sendall(data)
            received = b""
            while len(received) < count:
                _limit(connected, end)
                received += check_received(connected.recv(count - len(received)))
            data, count = steps.send(received)


def _limit(connected: socket.socket, end: float) -> None:
    raise_if_cancelled()
    left = end - CLOCK.monotonic()
    if left <= 0:
        raise TimeoutError
    connected.settimeout(left)


def check_received(data: bytes) -> bytes:
    """Check that a proxy has not closed the connection during the handshake.

    Args:
        data: The received bytes; empty at the end of the connection.

    Returns:
        The same bytes.

    Raises:
        httpcore.ProxyError: There are none.
    """
    if not data:
        raise httpcore.ProxyError("it closed the connection during the SOCKS5 handshake")
    return data
