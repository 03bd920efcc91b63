"""A SOCKS5 proxy (RFC 1928) that records the hosts that it connects to."""

from __future__ import annotations

import contextlib
import socket
import threading

from helpers.threaded import ThreadedServer


class Socks5Proxy(ThreadedServer):
    """Forwards connections to servers on this machine, whatever host is named; use it as a context manager.

    Attributes:
        url: URL of the proxy; host names are resolved by the proxy.
        hosts: Named hosts, in order.
    """

    scheme = "socks5"

    def __init__(self) -> None:
        super().__init__()
        self.hosts: list[str] = []

    def serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, client.makefile("rb") as reader:
            _, count = reader.read(2)
            reader.read(count)
            client.sendall(b"\x05\x00")
            kind = reader.read(4)[3]
            host = socket.inet_ntoa(reader.read(4)) if kind == 1 else reader.read(reader.read(1)[0]).decode()
            port = int.from_bytes(reader.read(2), "big")
            self.hosts.append(host)
            with socket.create_connection(("127.0.0.1", port)) as server:
                client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
