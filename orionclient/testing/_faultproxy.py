"""The network fault proxy: a loopback TCP proxy with the toxics of toxiproxy, reproducible by a seed, with counters."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
import struct
import threading
from typing import TYPE_CHECKING, Final, Self, TypeVar
from urllib.parse import urlsplit

from orionclient._runtime.locks import ListeningSocket
from orionclient.testing._toxics import CHUNK_SIZE, ON_DATA, CloseMode, Counts, Direction, Toxic, apply_toxic

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

__all__ = ["FaultProxy"]

T = TypeVar("T")
_LINGER: Final = struct.pack("ii", 1, 0)


class _RelayedConnection:
    """A connection through the proxy."""

    def __init__(self, index: int, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.index = index
        self.client, self.server = client, server
        self.task = asyncio.current_task()
        self.drawn: dict[int, bool] = {}
        self.forwarded: dict[int, int] = {}

    def close(self, how: CloseMode) -> None:
        for writer in (self.client, self.server):
            if how == "reset":
                _linger(writer)
                writer.transport.abort()
            else:
                _close(writer)


def _close(writer: asyncio.StreamWriter) -> None:
    # Closing a TLS transport twice detaches its connection, which could then no longer be closed.
    if not writer.is_closing():
        writer.close()


def _linger(writer: asyncio.StreamWriter) -> None:
    # With a linger time of zero, closing the socket sends a RST.
    bound = writer.get_extra_info("socket")
    if bound is not None:
        with contextlib.suppress(OSError):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)


class FaultProxy:
    """A network fault proxy between a client and a server on this machine. It forwards bytes unchanged until a toxic is added.

    The methods `latency`, `bandwidth`, `slow_close`, `timeout`, `reset_peer`, `slicer` and `limit_data` add a toxic and return it. Each
    also takes:

    - `direction`: ``downstream`` (default) affects what the server sends, ``upstream`` what the client sends;
    - `probability`: share of the affected connections, from 0 to 1. Defaults to 1;
    - `times`: how many connections are affected at most. Defaults to all.

    They raise `ValueError` for values out of range. Durations are in seconds, sizes in bytes.

    Whether a toxic affects a connection is drawn once, from the seed, the index of the connection and the index of the toxic, when the
    first bytes in its direction arrive after it was added. So toxics also affect open connections, and the same seed selects the same
    connections.

    Args:
        server: URL of the server, for example ``http://127.0.0.1:8000``.
        seed: Seed for the selection of connections and the variation of chunks and delays. Defaults to 0.
        context: TLS context with certificate and key for connections of the client; the server is connected without TLS. Optional.

    Attributes:
        port: Port of the proxy on the loopback interface; 0 before the start.

    Raises:
        ValueError: The URL has no host or no port.

    Example:
        >>> from orionclient.local import LocalOrion
        >>> from orionclient.session import OrionSession
        >>> from orionclient.testing import FaultProxy
        >>> with LocalOrion(seed="demo", proxied=True) as orion, FaultProxy(orion.url) as proxy:
        ...     toxic = proxy.reset_peer(times=1)
        ...     username = OrionSession(orion.config(url=proxy.url)).get_user_profile().username
        >>> username, toxic.hits
        ('ada', 1)
    """

    def __init__(self, server: str, *, seed: int = 0, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(server)
        if not parts.hostname or not parts.port:
            raise ValueError(
                f"invalid server URL {server!r}: host and port are required, for example http://127.0.0.1:8000"
            )
        self._server = (parts.hostname, parts.port)
        self._seed = seed
        self._context = context
        self._lock = threading.Lock()
        self._toxics: tuple[Toxic, ...] = ()
        self._added = 0
        self._connections: dict[_RelayedConnection, None] = {}
        self._totals: dict[str, int] = dict.fromkeys(
            ("connections", "handshakes_failed", "upstream", "downstream", "dropped", "resets"), 0
        )
        self._hits: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self.port: int = 0

    @property
    def url(self) -> str:
        """URL of the proxy, for the client."""
        return f"http://127.0.0.1:{self.port}" if self._context is None else f"https://localhost:{self.port}"

    def latency(self, seconds: float, jitter: float = 0.0, *, direction: Direction = "downstream", probability: float = 1.0,
                times: int | None = None) -> Toxic:  # fmt: skip
        """Delay every chunk by `seconds`, plus or minus at most `jitter`."""
        return self._add("latency", direction, probability, times, {"seconds": seconds, "jitter": jitter})

    def bandwidth(self, rate: float, *, direction: Direction = "downstream", probability: float = 1.0,
                  times: int | None = None) -> Toxic:  # fmt: skip
        """Limit the throughput to `rate` bytes per second."""
        if rate <= 0:
            raise ValueError(f"rate must be above 0 (bytes per second), not {rate!r}")
        return self._add("bandwidth", direction, probability, times, {"rate": rate})

    def slow_close(self, seconds: float, *, direction: Direction = "downstream", probability: float = 1.0,
                   times: int | None = None) -> Toxic:  # fmt: skip
        """Delay the close of a connection by `seconds`."""
        return self._add("slow_close", direction, probability, times, {"seconds": seconds})

    def timeout(self, seconds: float = 0.0, *, direction: Direction = "downstream", probability: float = 1.0,
                times: int | None = None) -> Toxic:  # fmt: skip
        """Drop all data and close the connection after `seconds`; 0 keeps it open until the toxic is removed."""
        return self._add("timeout", direction, probability, times, {"seconds": seconds})

    def reset_peer(self, seconds: float = 0.0, *, direction: Direction = "downstream", probability: float = 1.0,
                   times: int | None = None) -> Toxic:  # fmt: skip
        """Reset the connection (RST) `seconds` after the first bytes, which are dropped.

        Upstream, the server never receives the request; downstream, it has sent its response.
        """
        return self._add("reset_peer", direction, probability, times, {"seconds": seconds}, "reset")

    def slicer(self, size: int, variation: int = 0, seconds: float = 0.0, *, direction: Direction = "downstream",
               probability: float = 1.0, times: int | None = None) -> Toxic:  # fmt: skip
        """Split data into chunks of `size` bytes, plus or minus at most `variation`, with `seconds` between them."""
        if not 0 <= variation < size:
            raise ValueError(
                f"size must be at least 1 and above variation, not size={size!r} and variation={variation!r}"
            )
        values = {"size": size, "variation": variation, "seconds": seconds}
        return self._add("slicer", direction, probability, times, values)

    def limit_data(self, size: int, *, how: CloseMode = "close", direction: Direction = "downstream", probability: float = 1.0,
                   times: int | None = None) -> Toxic:  # fmt: skip
        """Close the connection after `size` bytes, by `close` (FIN) or `reset` (RST)."""
        return self._add("limit_data", direction, probability, times, {"size": size}, how)

    def _add(  # noqa: PLR0917
        self, name: str, direction: Direction, probability: float, times: int | None, values: dict[str, float],
             how: CloseMode = "close") -> Toxic:  # fmt: skip
        if direction not in {"upstream", "downstream"} or how not in {"close", "reset"}:
            raise ValueError("direction must be 'upstream' or 'downstream', and how 'close' or 'reset'")
        if not 0 <= probability <= 1 or min(values.values()) < 0 or (times is not None and times < 1):
            raise ValueError("probability must be from 0 to 1, times at least 1, and no value negative")
        with self._lock:
            self._added += 1
            toxic = Toxic(name, direction, probability, times, self._added, values, how)
            self._toxics += (toxic,)
        return toxic

    def remove(self, toxic: Toxic) -> None:
        """Remove a toxic; data that it held back is lost."""
        with self._lock:
            self._toxics = tuple(each for each in self._toxics if each is not toxic)
        self._wake()

    def clear(self) -> None:
        """Remove all toxics."""
        with self._lock:
            self._toxics = ()
        self._wake()

    def disable(self) -> None:
        """Stop listening: open connections are reset, new connections fail with connection refused.

        Raises:
            RuntimeError: The proxy is not running; also raised by `enable` and `close_connections`.
        """
        self._run(self._close())

    def enable(self) -> None:
        """Listen again on the same port."""
        self._run(self._listen())

    def close_connections(self, how: CloseMode = "close") -> int:
        """Close all open connections, like a load balancer that closes idle ones.

        Args:
            how: ``close`` (FIN) or ``reset`` (RST). Defaults to ``close``.

        Returns:
            How many were closed.
        """
        return self._run(self._close_all(how))

    def counts(self) -> Counts:
        """Return the counters."""
        with self._lock:
            return Counts(**self._totals, open=len(self._connections), hits=dict(self._hits))

    def start(self) -> Self:
        """Listen on a free port of the loopback interface; called by the `with` statement.

        Returns:
            This object.
        """
        started = threading.Event()
        self._thread = threading.Thread(target=self._main, args=(started,), name="fault proxy", daemon=True)
        self._thread.start()
        started.wait()
        self._run(self._listen())
        return self

    def stop(self) -> None:
        """Close all connections and stop the proxy. In a forked child this does nothing."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None or not thread.is_alive():
            return
        self._run(self._shut_down())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _main(self, started: threading.Event) -> None:
        loop = asyncio.new_event_loop()
        # Lost connections are expected, so nothing is logged.
        loop.set_exception_handler(lambda _loop, _context: None)
        self._loop, self._changed = loop, asyncio.Event()
        started.set()
        try:
            loop.run_forever()
        finally:
            loop.close()

    def _run(self, work: Coroutine[None, None, T]) -> T:
        if self._loop is None:
            work.close()
            raise RuntimeError("the proxy is not running; use it in a with statement")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _wake(self) -> None:
        loop, changed = self._loop, self._changed
        if loop is not None and changed is not None:
            loop.call_soon_threadsafe(changed.set)

    async def _listen(self) -> None:
        if self._listener is None:
            bound = ListeningSocket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            try:
                # `enable` uses the same port again, on which connections may be in TIME_WAIT.
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bound.bind(("127.0.0.1", self.port))
                self._listener = await asyncio.start_server(self._accept, sock=bound)
            except BaseException:
                bound.close()
                raise
            self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        await self._close_all("reset")

    async def _close_all(self, how: CloseMode) -> int:
        connections = list(self._connections)
        for connection in connections:
            self._add_counts(resets=how == "reset")
            connection.close(how)
            if connection.task is not None:
                # The task may be waiting.
                connection.task.cancel()
        while any(connection in self._connections for connection in connections):
            await asyncio.sleep(0.001)
        return len(connections)

    async def _shut_down(self) -> None:
        await self._close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # One more iteration of the event loop lets the transports close their sockets.
        await asyncio.sleep(0)

    # -- one connection

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        index = self._add_counts(connections=1)
        try:
            await self._serve(index, reader, writer)
        except asyncio.CancelledError:
            # Only the shutdown of the proxy cancels this task, and it ignores the result.
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, index: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._context is not None:
            try:
                await writer.start_tls(self._context)
            except (OSError, ssl.SSLError):
                self._add_counts(handshakes_failed=1)
                return
        try:
            upstream_reader, server = await asyncio.open_connection(*self._server)
        except OSError:
            _linger(writer)
            return
        connection = _RelayedConnection(index, writer, server)
        with self._lock:
            self._connections[connection] = None
        try:
            await asyncio.gather(
                self._pump(connection, "upstream", reader, server),
                self._pump(connection, "downstream", upstream_reader, writer),
            )
        finally:
            with self._lock:
                self._connections.pop(connection, None)
            server.transport.abort()

    async def _pump(
        self,
        connection: _RelayedConnection,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        try:
            while data := await reader.read(CHUNK_SIZE):
                end = await self._forward(connection, direction, data, writer)
                if end is not None:
                    self._add_counts(resets=end == "reset")
                    connection.close(end)
                    return
            for toxic in self._select_toxics(connection, direction, {"slow_close"}):
                await asyncio.sleep(toxic.values["seconds"])
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()
            else:
                _close(writer)
        except (OSError, ssl.SSLError):
            if not writer.is_closing():
                # One side was lost, so the other side is reset.
                self._add_counts(resets=1)
            connection.close("reset")

    def _select_toxics(self, connection: _RelayedConnection, direction: Direction, names: set[str]) -> list[Toxic]:
        """Return the toxics that affect this connection; draw for toxics that have not been drawn yet."""
        with self._lock:
            found = []
            for toxic in self._toxics:
                if toxic.direction != direction or toxic.name not in names:
                    continue
                if toxic.index not in connection.drawn:
                    draw = self._make_rng(connection, toxic).random()
                    connection.drawn[toxic.index] = hit = not toxic.is_exhausted and draw < toxic.probability
                    toxic.hits += hit
                    if hit:
                        self._hits[toxic.name] = self._hits.get(toxic.name, 0) + 1
                if connection.drawn[toxic.index]:
                    found.append(toxic)
            return found

    def _make_rng(self, connection: _RelayedConnection, toxic: Toxic, offset: int = 0) -> random.Random:
        # Reproducible randomness for tests, without security relevance.
        return random.Random(f"{self._seed} {connection.index} {toxic.index} {offset}")  # noqa: S311 - no secret  # nosec B311

    async def _forward(
        self, connection: _RelayedConnection, direction: Direction, data: bytes, writer: asyncio.StreamWriter
    ) -> CloseMode | None:
        """Forward a chunk through the toxics; return how the connection has to be closed, or None."""
        toxics = self._select_toxics(connection, direction, ON_DATA)
        chunks: list[tuple[float, bytes]] = [(0.0, data)]
        end: CloseMode | None = None
        for toxic in toxics:
            offset = connection.forwarded.get(toxic.index, 0)
            connection.forwarded[toxic.index] = offset + len(data)
            rng = self._make_rng(connection, toxic, offset)
            if toxic.name in {"timeout", "reset_peer"}:
                self._add_counts(dropped=len(data))
                await self._hold(toxic)
                return toxic.how
            chunks, end = apply_toxic(toxic, chunks, offset, rng, end)
        await self._write(chunks, direction, writer)
        self._add_counts(dropped=len(data) - sum(len(chunk) for _, chunk in chunks))
        return end

    async def _write(
        self, chunks: list[tuple[float, bytes]], direction: Direction, writer: asyncio.StreamWriter
    ) -> None:
        for wait, chunk in chunks:
            if wait:
                await asyncio.sleep(wait)
            # Counted before it is written, so that the counters include all bytes that the receiver has read.
            self._add_counts(**{direction: len(chunk)})
            writer.write(chunk)
            await writer.drain()

    async def _hold(self, toxic: Toxic) -> None:
        if toxic.name == "timeout" and not toxic.values["seconds"]:
            while toxic in self._toxics:
                await self._wait_for_change()
        else:
            await asyncio.sleep(toxic.values["seconds"])

    async def _wait_for_change(self) -> None:
        if self._changed is not None:
            self._changed.clear()
            await self._changed.wait()

    def _add_counts(self, **added: int) -> int:
        with self._lock:
            for name, count in added.items():
                self._totals[name] += count
            return self._totals["connections"]
