"""A loopback proxy that limits the bytes per second, counts them, and reports when a given count has passed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Self

_CHUNK = 64 << 10


class Proxy:
    """A proxy in front of a local Orion, which rewrites the Host header of requests."""

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
        # Bytes in socket buffers have not been transferred yet.
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

    def passed(self, count: int, seconds: float = 60.0) -> bool:
        """Wait until `count` bytes have passed in either direction; False if no bytes move any more."""
        with self._lock:
            return self._lock.wait_for(lambda: self.up + self.down >= count, seconds)

    def drop(self) -> None:
        """Close every connection; buffered bytes of a killed program are dropped."""
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def settle(self) -> None:
        """Wait until all bytes that passed are counted; to be called once no connection is open."""
        # A chunk is counted after it was sent, so its receiver may be done with it before that.
        for pump in list(self._pumps):
            pump.join(10)
            assert not pump.is_alive()

    def wake(self) -> None:
        """Release all waiting threads."""
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
                    # Request heads arrive in one chunk, and no content here contains this address.
                    data = data.replace(mine, its)
                rest = memoryview(data)
                while rest:
                    # Counted per part, because a reader that leaves in the middle of a chunk has received its start.
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
