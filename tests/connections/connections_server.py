"""A fast loopback server in a process of its own, so that measurements cover only the client.

Every response has the requested id. `GET /_stats` returns the counts, and `GET /_reset` resets them.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from typing import Any, Self


class _Counted(asyncio.Protocol):
    connections = 0
    requests = 0
    open = 0
    most = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""
        self.counted = False

    def connection_lost(self, exc: Exception | None) -> None:
        if self.counted:
            _Counted.open -= 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            path = head.split(b" ", 2)[1]
            if path in {b"/_stats", b"/_reset"}:
                self.respond(
                    {"connections": _Counted.connections, "requests": _Counted.requests, "most": _Counted.most},
                    b"close",
                )
                if path == b"/_reset":
                    _Counted.connections = _Counted.requests = 0
                    _Counted.most = _Counted.open
                self.transport.close()
                return
            if not self.counted:
                self.counted = True
                _Counted.connections += 1
                _Counted.open += 1
                _Counted.most = max(_Counted.most, _Counted.open)
            _Counted.requests += 1
            file_id = int(path.rstrip(b"/").rpartition(b"/")[2])
            self.respond({"id": file_id, "name": f"n{file_id}", "state": "ready"}, b"keep-alive")

    def respond(self, data: dict[str, Any], connection: bytes) -> None:
        body = json.dumps(data).encode()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: %b\r\nContent-Length: %d\r\n\r\n%b"
            % (connection, len(body), body)
        )


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Counted, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # The parent process keeps standard input open; when it ends, this process ends too.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


class Fast:
    """The server, started for a test."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(120)

    def stats(self) -> dict[str, int]:
        """Return the counts of used connections, requests and simultaneous connections since the last reset."""
        return self._ask("/_stats")

    def reset(self) -> dict[str, int]:
        """Return the same counts, and reset them."""
        return self._ask("/_reset")

    def _ask(self, path: str) -> dict[str, int]:
        with urllib.request.urlopen(self.url + path, timeout=120) as response:
            return dict(json.load(response))


if __name__ == "__main__":
    asyncio.run(_serve())
