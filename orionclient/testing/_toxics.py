"""Toxics of the network fault proxy: their parameters, their effect on chunks, and the proxy's counters; without I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import random

Direction = Literal["upstream", "downstream"]
CloseMode = Literal["close", "reset"]
Chunks = list[tuple[float, bytes]]

CHUNK_SIZE: Final = 64 * 1024
# Toxics that apply to data: the first two close the connection, the others forward bytes.
ON_DATA: Final = {"timeout", "reset_peer", "latency", "bandwidth", "slicer", "limit_data"}


@dataclass(slots=True, eq=False)
class Toxic:
    """A fault in one direction of a connection. Created by the methods of `FaultProxy`.

    Args:
        name: Name of the toxic in toxiproxy.
        direction: ``upstream`` from the client to the server, ``downstream`` from the server to the client.
        probability: Share of the affected connections.
        times: Maximum number of affected connections; None for all.
        index: Position in the order in which the toxics were added, from 1.
        values: Parameters.
        how: How the connection is closed: ``close`` (FIN) or ``reset`` (RST).

    Attributes:
        hits: Number of affected connections.
    """

    name: str
    direction: Direction
    probability: float
    times: int | None
    index: int
    values: dict[str, float] = field(default_factory=dict)
    how: CloseMode = "close"
    hits: int = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether the toxic has affected the maximum number of connections."""
        return self.times is not None and self.hits >= self.times


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters of a fault proxy.

    Attributes:
        connections: Accepted connections.
        open: Currently open connections.
        handshakes_failed: Connections with a failed TLS handshake.
        upstream: Bytes forwarded to the server.
        downstream: Bytes forwarded to the client.
        dropped: Bytes received and not forwarded.
        resets: Connections reset by a toxic, or because the server reset them.
        hits: Name of a toxic -> affected connections, including those of removed toxics.
    """

    connections: int
    open: int
    handshakes_failed: int
    upstream: int
    downstream: int
    dropped: int
    resets: int
    hits: dict[str, int]


def apply_toxic(
    toxic: Toxic, chunks: Chunks, offset: int, rng: random.Random, end: CloseMode | None
) -> tuple[Chunks, CloseMode | None]:
    """Apply a toxic that forwards bytes to chunks.

    Args:
        toxic: The toxic.
        chunks: Pairs of the seconds to wait before a chunk, and the chunk.
        offset: Count of bytes of the connection that the toxic has processed before.
        rng: Random generator.
        end: How the connection is closed after the chunks; None if it stays open.

    Returns:
        The resulting chunks, and how the connection is closed after them.
    """
    values = toxic.values
    if toxic.name == "latency":
        wait = max(0.0, values["seconds"] + rng.uniform(-values["jitter"], values["jitter"]))
        return [(chunks[0][0] + wait, chunks[0][1]), *chunks[1:]] if chunks else [], end
    if toxic.name == "slicer":
        low, high = int(values["size"] - values["variation"]), int(values["size"] + values["variation"])
        return [
            (before if first else values["seconds"], sliced)
            for before, chunk in chunks
            for first, sliced in _slice(chunk, low, high, rng)
        ], end
    if toxic.name == "bandwidth":
        return [
            ((before if first else 0.0) + len(sliced) / values["rate"], sliced)
            for before, chunk in chunks
            for first, sliced in _slice(chunk, CHUNK_SIZE // 16, CHUNK_SIZE // 16, rng)
        ], end
    if offset + sum(len(chunk) for _, chunk in chunks) >= values["size"]:
        return _truncate(chunks, int(values["size"]) - offset), toxic.how
    return chunks, end


def _slice(data: bytes, low: int, high: int, rng: random.Random) -> list[tuple[bool, bytes]]:
    """Split into chunks; return pairs of whether it is the first chunk, and the chunk."""
    chunks, start = [], 0
    while start < len(data):
        size = rng.randint(low, high)
        chunks.append((start == 0, data[start : start + size]))
        start += size
    return chunks


def _truncate(chunks: Chunks, size: int) -> Chunks:
    truncated = []
    for wait, chunk in chunks:
        if size <= 0:
            break
        truncated.append((wait, chunk[:size]))
        size -= len(chunk)
    return truncated
