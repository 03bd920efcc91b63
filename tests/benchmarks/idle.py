"""Creations over connections that the server closes when they were idle for the time that it announces.

The server sends `Keep-Alive: timeout=N`. After N seconds it ignores what arrives, and closes the connection a little later, as if it were
that far away. All threads send at once, so that each has a connection, and then pause for about N seconds, in each round a little longer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import time
from typing import Any

from orionclient.config import SessionConfig
from orionclient.exceptions import OrionConnectionError
from orionclient.session import OrionSession
from orionclient.types import Dataset

LIMIT = 5.0
DISTANCE = 0.02
SPREAD = 0.1
DATASET = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "count": 0,
    "created": "2020-01-01T00:00:00Z",
}


class Closing(asyncio.Protocol):
    """A connection that closes when it was idle for the limit."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._buffer = b""

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if not found or len(body) < length:
            return
        self._buffer = body[length:]
        content = json.dumps(DATASET).encode()
        self._transport.write(
            b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n"
            b"Keep-Alive: timeout=%d\r\nContent-Length: %d\r\n\r\n%b" % (self._limit, len(content), content)
        )
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._limit, self._stop)

    def _stop(self) -> None:
        self._transport.pause_reading()
        self._timer = asyncio.get_running_loop().call_later(DISTANCE, self._transport.abort)


async def serve(limit: float) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Closing(limit), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def measure(url: str, threads: int, rounds: int, limit: float) -> list[int]:
    """Return how many creations were lost, in each round."""
    session = OrionSession(SessionConfig(url, "token", project=1))
    barrier = threading.Barrier(threads)
    lost = [0] * rounds
    lock = threading.Lock()

    def work() -> None:
        for index in range(rounds):
            barrier.wait()
            time.sleep(0 if index == 0 else limit + SPREAD * (2 * index / rounds - 1))
            try:
                session.create_resource(Dataset, {"name": "x"})
            except OrionConnectionError as error:
                with lock:
                    lost[index] += error.may_have_been_applied

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return lost


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=25)
    parser.add_argument("--rounds", type=int, default=41, help="the first one only opens the connections")
    parser.add_argument("--limit", type=float, default=LIMIT, help="announced limit in seconds")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.limit))
        return
    command = [sys.executable, __file__, "--serve", f"--limit={arguments.limit}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        lost = measure(url, arguments.threads, arguments.rounds, arguments.limit)
        server.communicate()
    print(f"creations with pauses around the limit: {arguments.threads * (arguments.rounds - 1)}, lost: {sum(lost)}")


if __name__ == "__main__":
    main()
