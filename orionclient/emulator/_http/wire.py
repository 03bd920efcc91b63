"""Access to the TCP connection of a request, for responses that HTTP does not allow: raw bytes, resets and stalls."""

from __future__ import annotations

import asyncio
import http
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Message, Receive, Scope

HeaderList = list[tuple[bytes, bytes]]
Framing = Literal["real", "length", "chunked", "close"]

_KEY = "orion.wire"
# Written data has arrived on the loopback interface after this time, so that a reset cannot overtake it.
_RESET_DELAY = 0.02
_FLUSH_POLL = 0.005
# How long the rest of a request is read after an early response, so that the client gets to read the response.
_LINGER = 2.0


class WireAccess:
    """Low-level access to one connection.

    Args:
        transport: The transport of the connection.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.lost: asyncio.Event = asyncio.Event()

    async def write(self, data: bytes) -> None:
        """Send raw bytes; returns when the system has accepted them or the connection is lost."""
        self._transport.write(data)
        while self._transport.get_write_buffer_size() and not self.lost.is_set():
            await asyncio.sleep(_FLUSH_POLL)

    def write_soon(self, data: bytes) -> None:
        """Queue raw bytes in front of the next HTTP data."""
        self._transport.write(data)

    async def end(self, how: str) -> None:
        """Close the connection with a reset (RST) or gracefully (FIN)."""
        if how == "reset":
            await self.pause(_RESET_DELAY)
            bound = self._transport.get_extra_info("socket")
            if bound is not None and not self.lost.is_set():
                # A linger time of zero makes the system send RST instead of FIN.
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        else:
            self._transport.close()
        await self.lost.wait()

    async def end_early(self, receive: Receive) -> None:
        """Send FIN, read the rest of the request for a while, then close."""
        if self._transport.can_write_eof():
            self._transport.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while (await receive())["type"] != "http.disconnect":
                    pass
        await self.end("close")

    async def pause(self, seconds: float) -> bool:
        """Wait; returns False if the client disconnected meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self.lost.wait()
        except TimeoutError:
            return True
        return False


class WireProtocol(H11Protocol):
    """Uvicorn's HTTP/1.1 protocol, which adds its `WireAccess` to the state of every request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Create the `WireAccess` of the connection."""
        super().connection_made(transport)
        self._wire = WireAccess(transport)
        self.app_state: dict[str, Any] = {**self.app_state, _KEY: self._wire}

    def connection_lost(self, exc: Exception | None) -> None:
        """Set `WireAccess.lost`."""
        super().connection_lost(exc)
        self._wire.lost.set()


def get_wire(scope: Scope) -> WireAccess:
    """Return the connection of a request."""
    wire: WireAccess = scope["state"][_KEY]
    return wire


class RawBytesResponse:
    """Writes the messages of a real response directly to the connection.

    Args:
        wire: The connection.
        limit: Bytes of the body to send before the response is cut; None sends all.
        how: How the connection ends: `close` or `reset`.
        framing: How the response delimits its body.
        by: Bytes added to the Content-Length.
        seconds: Delay before every chunk.
        size: Chunk size in bytes; None sends the chunks of the application.
        head: Whether the head is sent in such chunks too.
        exact: Whether the headers are sent unchanged, even if they do not match the body.
    """

    def __init__(
        self,
        wire: WireAccess,
        *,
        limit: int | None = None,
        how: str = "close",
        framing: Framing = "real",
        by: int = 0,
        seconds: float = 0.0,
        size: int | None = None,
        head: bool = False,
        exact: bool = False,
    ) -> None:
        self._wire = wire
        self._left = limit
        self._how = how
        self._framing: Framing = framing
        self._by = by
        self._pace = (seconds, size)
        self._slow_head = head
        self._exact = exact
        self._chunked = False
        self._over = False

    async def send(self, message: Message) -> None:
        """Write one message."""
        if self._over or self._wire.lost.is_set():
            return
        if message["type"] == "http.response.start":
            await self._start(message)
            return
        data = message.get("body", b"")
        await self._body(data if self._left is None else data[: self._left])
        if self._left is not None:
            self._left -= min(len(data), self._left)
        if self._left == 0 or not message.get("more_body", False):
            await self._finish()

    async def _start(self, message: Message) -> None:
        headers, self._chunked = message["headers"], False
        if not self._exact:
            headers, self._chunked = choose_framing(headers, self._framing, self._by)
        head = encode_head(message["status"], headers)
        await (self._write(head) if self._slow_head else self._wire.write(head))
        if self._left == 0:
            await self._finish()

    async def _body(self, data: bytes) -> None:
        if data:
            await self._write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    async def _write(self, data: bytes) -> None:
        seconds, size = self._pace
        step = size or len(data)
        for start in range(0, len(data), step):
            if seconds and not await self._wire.pause(seconds):
                return
            await self._wire.write(data[start : start + step])

    async def _finish(self) -> None:
        self._over = True
        if self._chunked and self._left is None:
            await self._wire.write(b"0\r\n\r\n")
        await self._wire.end(self._how)


def choose_framing(headers: Iterable[tuple[bytes, bytes]], framing: Framing, by: int = 0) -> tuple[HeaderList, bool]:
    """Return the headers for a framing, and whether the body is sent with chunked transfer coding."""
    pairs = [(name.lower(), value) for name, value in headers]
    given = dict(pairs).get(b"content-length")
    if framing == "real":
        framing = "chunked" if given is None else "length"
    remaining = [
        (name, value) for name, value in pairs if name not in {b"content-length", b"transfer-encoding", b"connection"}
    ]
    if framing == "chunked":
        remaining.append((b"transfer-encoding", b"chunked"))
    elif framing == "length" and given is not None:
        remaining.append((b"content-length", str(max(0, int(given) + by)).encode()))
    return [*remaining, (b"connection", b"close")], framing == "chunked"


def encode_head(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Encode the head of a response as HTTP/1.1."""
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unnamed"
    lines = [f"HTTP/1.1 {status} {phrase}".encode(), *(b"%b: %b" % pair for pair in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def encode_headers(headers: Mapping[str, Any]) -> HeaderList:
    """Encode headers as pairs of bytes; a list becomes one pair per item, None becomes none."""
    pairs: HeaderList = []
    for name, value in headers.items():
        texts = value if isinstance(value, list) else [value]
        pairs += [(name.lower().encode(), str(text).encode("latin-1")) for text in texts if text is not None]
    return pairs
