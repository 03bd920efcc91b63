"""A server with a fixed latency that implements the minimum of the contract: one collection and its shards.

    python latency.py SECONDS

Prints its port. Shards have states, so an upload to an unknown shard, or closing an empty one, is rejected and counted.
`GET /_counts` returns the counts since its last call.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import sys
from typing import Final

LISTED: Final = 500_000
_COLLECTION: Final = "/api/v1/storage/collections/1/"
_SHARDS: Final = _COLLECTION + "shards/"
_CREATED: Final = "2026-06-01T00:00:00.000000Z"
_NEXT: Final = {"upload": "temporary", "close": "ready"}


class State:
    """The shards and the counters of the server."""

    latency = 0.0
    shards: dict[int, str]
    sizes: dict[int, int]

    def __init__(self) -> None:
        self.shards = {}
        self.sizes = {}
        self.connections = self.requests = self.rejected = self.most = self.busy = 0

    def counts(self) -> bytes:
        ready = sum(1 for state in self.shards.values() if state == "ready")
        reported = {
            "connections": self.connections,
            "requests": self.requests,
            "rejected": self.rejected,
            "most": self.most,
            "ready": ready,
            "bytes": sum(self.sizes.values()),
        }
        State.__init__(self)
        return json.dumps(reported).encode()

    def respond(self, method: str, target: str, size: int) -> tuple[str, bytes]:
        """Return status and body."""
        path, _, query = target.partition("?")
        number, _, verb = path.removeprefix(_SHARDS).strip("/").partition("/")
        match method, path.startswith(_SHARDS), number, verb:
            case "GET", False, _, _ if path == _COLLECTION:
                return "200 OK", _collection()
            case "GET", True, "", _:
                return "200 OK", _page(query)
            case "POST", True, "", _:
                made = len(self.shards) + 1
                self.shards[made] = "open"
                return "201 Created", _shard(made, "open", 0)
            case "GET", True, _, "":
                return "200 OK", _shard(int(number), "ready", 0)
            case _, True, _, ("upload" | "close"):
                found = int(number)
                if self.shards.get(found) not in (
                    {"open", "temporary"} if verb == "upload" else {"temporary", "ready"}
                ):
                    self.rejected += 1
                    return "409 Conflict", b'{"error": "not in this state"}'
                if verb == "upload":
                    self.sizes[found] = size
                self.shards[found] = _NEXT[verb]
                return "200 OK", _shard(found, self.shards[found], self.sizes[found])
            case _:
                self.rejected += 1
                return "404 Not Found", b'{"error": "no such path"}'


def _shard(number: int, state: str, size: int) -> bytes:
    return (
        f'{{"id":{number},"id_str":"{number}","collection":1,"name":"shard {number}","state":"{state}","size":{size},'
        f'"metadata":{{"index":{number}}},"created":"{_CREATED}","sha256":null}}'
    ).encode()


def _collection() -> bytes:
    data = {"id": 1, "name": "many", "description": "", "project": 1, "owner": 1, "created": _CREATED, "state": "open"}
    return json.dumps(data).encode()


def _page(query: str) -> bytes:
    given = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    limit, start = int(given.get("limit", 100)), int(given.get("cursor", given.get("offset", 0)))
    end = min(start + limit, LISTED)
    following = f'"{_SHARDS}?limit={limit}&cursor={end}"' if end < LISTED else "null"
    items = b",".join(_shard(number + 1, "ready", 4096) for number in range(start, end))
    return b'{"count":%d,"next":%b,"results":[%b]}' % (LISTED, following.encode(), items)


class Connection(asyncio.Protocol):
    """One connection: reads requests, counts them, and responds to each after the latency."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.buffer = bytearray()
        self.head: tuple[str, str] | None = None
        self.size = self.left = 0
        self.counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.head is None:
            self.buffer += data
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            lines = bytes(self.buffer[:end]).decode("latin-1").split("\r\n")
            data = bytes(self.buffer[end + 4 :])
            self.buffer.clear()
            method, target, _ = lines[0].split(" ", 2)
            self.head = (method, target)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            self.size = self.left = int(headers.get("content-length", 0))
            if headers.get("expect"):
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.left -= len(data)
        if self.left <= 0:
            self.whole(*self.head)

    def whole(self, method: str, target: str) -> None:
        """Respond to a complete request."""
        self.head = None
        if target == "/_counts":
            self.send("200 OK", self.state.counts(), "close")
            self.transport.close()
            return
        state = self.state
        if not self.counted:
            self.counted = True
            state.connections += 1
        state.requests += 1
        state.busy += 1
        state.most = max(state.most, state.busy)
        status, body = state.respond(method, target, self.size)
        if State.latency:
            asyncio.get_running_loop().call_later(State.latency, self.finish, status, body)
        else:
            self.finish(status, body)

    def finish(self, status: str, body: bytes) -> None:
        """Send the response after the latency."""
        self.state.busy -= 1
        if not self.transport.is_closing():
            self.send(status, body)

    def send(self, status: str, body: bytes, connection: str = "keep-alive") -> None:
        """Send a response."""
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: {connection}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)


async def _serve() -> None:
    state = State()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(state), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # The parent process holds the input open; when it ends, so does this process.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    State.latency = float(sys.argv[1])
    # Only this selector waits with microsecond precision; the others are up to a millisecond late.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(_serve())
