"""A server on this machine with a thread for each connection, the base of the servers for transports."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class ThreadedServer:
    """Serves connections until its block ends; use it as a context manager.

    Attributes:
        url: URL of the server.
        connections: Number of connections.
    """

    scheme = "http"

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"{self.scheme}://127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def serve(self, client: socket.socket) -> None:
        """Serve one connection, and close it."""
        raise NotImplementedError

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                self.connections += 1
                self._threads.append(threading.Thread(target=self.serve, args=(client,), daemon=True))
                self._threads[-1].start()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)
