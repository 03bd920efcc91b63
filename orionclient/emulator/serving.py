"""Uvicorn as the local Orion wants it, and the sockets that it listens on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from orionclient._locks import ListeningSocket
from orionclient.emulator.wire import WireProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

# Longer than the pools of HTTP clients keep idle connections, so that the server never closes one just being used again.
_KEEP_ALIVE_SECONDS = 75
# Room for the longest query that the contract allows; what is longer gets a response of ours all the same.
_MAX_HEAD = 16 << 20


class UvicornServer(uvicorn.Server):
    """Uvicorn that tells when it listens, and ends when it is told to and not at its next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready: threading.Event = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell that requests are responded from now on."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        """Run until the end is told."""
        ways = [asyncio.ensure_future(super().main_loop()), asyncio.ensure_future(self._ended.wait())]
        _, waiting = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in waiting:
            way.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in peace what ends in time, and hang up on who does not take the rest of a response."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        # Connections without a request are gone by now; Uvicorn waits a tenth of a second before it looks for others.
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # The transports close their sockets at the loop's next turn.
        await asyncio.sleep(0)

    def end(self) -> None:
        """Stop, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._ended.set)


def build_config(app: ASGIApp) -> uvicorn.Config:
    """The settings for an application."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=WireProtocol,
        h11_max_incomplete_event_size=_MAX_HEAD,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.CRITICAL,  # what matters is logged by the envelope
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's algorithm off; without it every response waits 40 ms.
    bound = ListeningSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        # Lets a restart take the port while connections of the last run are still in TIME_WAIT, which need the option too. A port that the
        # system chooses is bound without it: it could be one that another program is about to listen on.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.listen(512)
    except BaseException:
        bound.close()
        raise
    return bound
