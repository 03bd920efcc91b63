"""A loopback proxy that lets so many bytes a second through, counts them, and tells when a number of them has passed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Self

_CHUNK = 64 << 10


class Proxy:
    """Stands before a local Orion; the name of the server in the heads of requests is put right."""

    def __init__(self, url: str, rate: float = 80e6) -> None:
        self._port = int(url.rpartition(":")[2])
        self._rate = rate
        self._lock = threading.Condition()
        self._next = 0.0
        self._pumps: list[threading.Thread] = []
        self._sockets: set[socket.socket] = set()
        self.up = self.down = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        # What lies in the buffers was not moved yet.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(10)
        assert not self._acceptor.is_alive()
        self.drop()
        self.settle()

    def passed(self, number: int, seconds: float = 60.0) -> bool:
        """Wait until so many bytes went either way; False where nothing moves any more."""
        with self._lock:
            return self._lock.wait_for(lambda: self.up + self.down >= number, seconds)

    def drop(self) -> None:
        """End every connection; what the buffers of a killed program hold goes nowhere."""
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def settle(self) -> None:
        """Wait until all that went through is counted; for when nobody has a connection any more."""
        # A chunk is counted when it was sent: whoever got it may be done with it before.
        for pump in list(self._pumps):
            pump.join(10)
            assert not pump.is_alive()

    def wake(self) -> None:
        """Let nobody wait any longer."""
        with self._lock:
            self.up += 1 << 60
            self._lock.notify_all()
            self.up -= 1 << 60

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                return
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _CHUNK)
            with self._lock:
                self._sockets |= {client, server}
            for each in ((client, server, "up"), (server, client, "down")):
                pump = threading.Thread(target=self._pump, args=each, daemon=True)
                pump.start()
                self._pumps.append(pump)

    def _pump(self, source: socket.socket, target: socket.socket, way: str) -> None:
        mine, its = self.url[7:].encode(), f"127.0.0.1:{self._port}".encode()
        assert len(mine) == len(its)
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if way == "up":
                    # Heads come in one chunk, and contents here never name this address.
                    data = data.replace(mine, its)
                rest = memoryview(data)
                while rest:
                    # Each part by itself: of a chunk that a reader leaves in the middle, its beginning has passed.
                    count = target.send(rest)
                    self._count(way, count)
                    rest = rest[count:]
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _count(self, way: str, count: int) -> None:
        with self._lock:
            setattr(self, way, getattr(self, way) + count)
            self._lock.notify_all()
            now = time.monotonic()
            self._next = max(now, self._next) + count / self._rate
            wait = self._next - now
        time.sleep(max(0.0, wait))
