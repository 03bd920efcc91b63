"""A SOCKS5 proxy (RFC 1928, RFC 1929) that records what it is asked for, and can reject it, be slow or fail."""

from __future__ import annotations

import contextlib
import socket
import threading

from helpers.threaded import ThreadedServer


class Socks5Proxy(ThreadedServer):
    """Forwards connections to servers on this machine, whatever host is named; use it as a context manager.

    Args:
        credentials: Required user name and password; None for none.
        code: Reply to the request for a connection; 0 for success.
        script: Bytes to send instead of the reply with the method; then the connection is closed.
        silent: Never reply to a request for a connection.
        drip: Send replies one byte at a time.

    Attributes:
        url: URL of the proxy; host names are resolved by the proxy.
        hosts: Named hosts, in order.
    """

    scheme = "socks5"

    def __init__(
        self,
        *,
        credentials: tuple[bytes, bytes] | None = None,
        code: int = 0,
        script: bytes | None = None,
        silent: bool = False,
        drip: bool = False,
    ) -> None:
        super().__init__()
        self.hosts: list[str] = []
        self.address = self.url.partition("://")[2]
        self._credentials = credentials
        self._code = code
        self._script = script
        self._silent = silent
        self._chunk_size = 1 if drip else 64
        self._stopping = threading.Event()

    def serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, IndexError), client, client.makefile("rb") as reader:
            _, count = reader.read(2)
            methods = reader.read(count)
            if self._script is not None:
                client.sendall(self._script)
                client.shutdown(socket.SHUT_WR)
                # Closing with unread bytes would reset the connection.
                reader.read()
                return
            if not self._accepts(client, methods, reader):
                return
            kind = reader.read(4)[3]
            sizes = {1: (4, socket.AF_INET), 4: (16, socket.AF_INET6)}
            if kind in sizes:
                size, family = sizes[kind]
                host = socket.inet_ntop(family, reader.read(size))
            else:
                host = reader.read(reader.read(1)[0]).decode()
            port = int.from_bytes(reader.read(2), "big")
            self.hosts.append(host)
            if self._silent:
                self._stopping.wait(60)
                return
            # A host name as bound address, which proxies may send.
            reply = b"\x05%c\x00\x03\x05proxy\x00\x00" % self._code
            if self._code:
                self._send(client, reply[:4])
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                self._send(client, reply)
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()

    def _accepts(self, client: socket.socket, methods: bytes, reader: object) -> bool:
        if self._credentials is None:
            self._send(client, b"\x05\x00")
            return True
        if 2 not in methods:
            client.sendall(b"\x05\xff")
            return False
        self._send(client, b"\x05\x02")
        read = reader.read  # type: ignore[attr-defined]
        assert read(1) == b"\x01"
        given = (read(read(1)[0]), read(read(1)[0]))
        client.sendall(b"\x01\x00" if given == self._credentials else b"\x01\x01")
        return given == self._credentials

    def _send(self, client: socket.socket, data: bytes) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(data), self._chunk_size):
            client.sendall(data[start : start + self._chunk_size])

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        super().__exit__(*error)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
