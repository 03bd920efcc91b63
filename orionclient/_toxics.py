"""What the fault proxy can do to bytes: toxics, how they shape a chunk, and what is counted of them; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import random

Direction = Literal["upstream", "downstream"]
CloseMode = Literal["close", "reset"]
Chunks = list[tuple[float, bytes]]

CHUNK_SIZE: Final = 64 * 1024
# Of those the first two end the connection and the last four pass bytes on.
ON_DATA: Final = {"timeout", "reset_peer", "latency", "bandwidth", "slicer", "limit_data"}


@dataclass(slots=True, eq=False)
class Toxic:
    """What goes wrong in one direction of a connection. Made by the methods of `FaultProxy`.

    Args:
        name: What it is called in toxiproxy.
        direction: ``upstream`` from the client to the server, ``downstream`` back.
        probability: Share of the connections that it hits.
        times: It hits no more connections than this; None for all.
        index: Its offset in the order in which toxics were added.
        values: Its parameters.

    Attributes:
        hits: Connections that it hit.
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
        """Whether it hit as many connections as it may."""
        return self.times is not None and self.hits >= self.times


@dataclass(frozen=True, slots=True)
class Counts:
    """What a proxy did so far.

    Attributes:
        connections: Connections that were accepted.
        open: Those that are open now.
        handshakes_failed: Connections that ended in the TLS handshake.
        upstream: Bytes that were forwarded to the server.
        downstream: Bytes that were forwarded to the client.
        dropped: Bytes that were taken and not forwarded on.
        resets: Connections that were ended by a reset, by a toxic or because the server did so.
        hits: Name of a toxic -> connections that it hit, those of removed toxics included.
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
    """Do to chunks what a toxic does that passes bytes on.

    Args:
        toxic: The toxic.
        chunks: Chunks of the bytes, each with the seconds to wait before it.
        offset: Bytes that this toxic saw of the connection before.
        rng: Source of randomness.
        end: How the connection ends after the chunks; None where it goes on.

    Returns:
        The chunks as they are to be sent, and how the connection ends then.
    """
    values = toxic.values
    if toxic.name == "latency":
        wait = max(0.0, values["seconds"] + rng.uniform(-values["jitter"], values["jitter"]))
        return [(chunks[0][0] + wait, chunks[0][1]), *chunks[1:]] if chunks else [], end
    if toxic.name == "slicer":
        low, high = int(values["size"] - values["variation"]), int(values["size"] + values["variation"])
        return [
            (before if first else values["seconds"], part)
            for before, chunk in chunks
            for first, part in _slice(chunk, low, high, rng)
        ], end
    if toxic.name == "bandwidth":
        return [
            ((before if first else 0.0) + len(part) / values["rate"], part)
            for before, chunk in chunks
            for first, part in _slice(chunk, CHUNK_SIZE // 16, CHUNK_SIZE // 16, rng)
        ], end
    if offset + sum(len(chunk) for _, chunk in chunks) >= values["size"]:
        return _split_first(chunks, int(values["size"]) - offset), toxic.how
    return chunks, end


def _slice(data: bytes, low: int, high: int, rng: random.Random) -> list[tuple[bool, bytes]]:
    """Cut into chunks; each says whether it is the first."""
    parts, start = [], 0
    while start < len(data):
        size = rng.randint(low, high)
        parts.append((start == 0, data[start : start + size]))
        start += size
    return parts


def _split_first(chunks: Chunks, size: int) -> Chunks:
    kept = []
    for wait, chunk in chunks:
        if size <= 0:
            break
        kept.append((wait, chunk[:size]))
        size -= len(chunk)
    return kept
