"""Uvicorn server, configuration and listening sockets of the local Orion."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from orionclient._runtime.locks import ListeningSocket
from orionclient.emulator._http.wire import WireProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

# Longer than HTTP clients keep idle connections in their pools, so that the server never closes one that is about to be reused.
_KEEP_ALIVE_SECONDS = 75
# Large enough for the longest query that the contract allows; a longer head still gets an error response.
_MAX_HEAD = 16 << 20


class UvicornServer(uvicorn.Server):
    """Uvicorn with an event for "accepting requests" and a shutdown that does not wait for the next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready: threading.Event = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening and set `ready`."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        """Run until `end` is called or uvicorn stops."""
        tasks = [asyncio.ensure_future(super().main_loop()), asyncio.ensure_future(self._ended.wait())]
        _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish requests gracefully, then abort connections whose clients do not read the rest of a response."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        # Idle connections are closed by now. Uvicorn would wait 0.1 seconds before it checks for others.
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # The transports close their sockets in the next iteration of the event loop.
        await asyncio.sleep(0)

    def stop(self) -> None:
        """Stop the server from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is already closed
                self._loop.call_soon_threadsafe(self._ended.set)


def build_config(app: ASGIApp) -> uvicorn.Config:
    """Build the uvicorn configuration for an application."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=WireProtocol,
        h11_max_incomplete_event_size=_MAX_HEAD,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.CRITICAL,  # the envelope logs failures
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )


def bind(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Args:
        host: A loopback address.
        port: The TCP port; 0 chooses a free one.
    """
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # asyncio disables Nagle's algorithm only if the protocol is given; otherwise every response is delayed by 40 ms.
    bound = ListeningSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        # The option lets a restart bind the port while connections of the last run are in TIME_WAIT; these need it as well. A port
        # chosen by the system is bound first: with the option it could be one that another program is about to listen on.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.listen(512)
    except BaseException:
        bound.close()
        raise
    return bound
