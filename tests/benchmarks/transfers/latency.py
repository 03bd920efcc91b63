"""A server that takes its time for each response and knows just enough of the contract: one collection and its shards.

    python latency.py SECONDS

Prints its port. Shards pass through their states, so that an upload to an unknown shard or the closing of an empty one is rejected and
seen. `GET /_counts` tells what happened since it was last asked.
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
    """What the server knows, and what it counts."""

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

    def answer(self, method: str, target: str, size: int) -> tuple[str, bytes]:
        """Status and body."""
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
        """Response a request that is here whole."""
        self.head = None
        if target == "/_counts":
            self.say("200 OK", self.state.counts(), "close")
            self.transport.close()
            return
        state = self.state
        if not self.counted:
            self.counted = True
            state.connections += 1
        state.requests += 1
        state.busy += 1
        state.most = max(state.most, state.busy)
        status, body = state.answer(method, target, self.size)
        if State.latency:
            asyncio.get_running_loop().call_later(State.latency, self.later, status, body)
        else:
            self.later(status, body)

    def later(self, status: str, body: bytes) -> None:
        """The latency is over."""
        self.state.busy -= 1
        if not self.transport.is_closing():
            self.say(status, body)

    def say(self, status: str, body: bytes, connection: str = "keep-alive") -> None:
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
    # Whoever started this holds its input open; when that process goes, so does this one.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    State.latency = float(sys.argv[1])
    # Of the selectors this one alone waits to the microsecond; the others response up to a millisecond late.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(_serve())
