"""The outermost ASGI layer: Host check, request ids, common headers and error responses."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from orionclient.emulator._http.bodies import has_body
from orionclient.emulator._http.idempotency import FEATURES, FEATURES_HEADER
from orionclient.emulator._problems import ProblemError, from_exception

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("orionclient.emulator")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

# A client that is still sending when the response arrives may never read it, so the rest of the body is read and discarded up to
# these limits.
_DRAIN_BYTES = 16 * 1024 * 1024
_DRAIN_SECONDS = 5.0


class Envelope:
    """ASGI middleware around the application.

    Args:
        app: The application.
        port: The port that the `Host` header must name; 0 accepts any, for a proxy in front of the server.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._any_port = port == 0
        self._hosts = frozenset(f"{host}:{port}" for host in _LOOPBACK) | (
            frozenset(_LOOPBACK) if port == 80 else frozenset()
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        exchange = _RequestScope(scope, receive, send)
        try:
            self._check_host(exchange.headers)
            await self._app(scope, exchange.receive, exchange.send)
        except ProblemError as problem:
            if problem.status == 500:
                exchange.log_failure(scope, problem.detail)
            await problem_response(problem)(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            _LOG.info("request %s: the client disconnected", exchange.request_id)
        except Exception as error:
            failure = from_exception(error)
            # The traceback helps only if the cause is not known.
            exchange.log_failure(scope, failure.detail, error if failure.code == "server_error" else None)
            if exchange.started:
                # The status is already sent. Raising drops the connection, so the client sees that the response is truncated.
                raise
            await problem_response(failure)(scope, exchange.receive, exchange.send)

    def _check_host(self, headers: Headers) -> None:
        if not self.allows(headers):
            raise ProblemError(400, "The Host header does not name this server.", "wrong_host")

    def allows(self, headers: Headers) -> bool:
        """Whether the Host header names this server."""
        # Prevents DNS rebinding: a web page can point its own name to 127.0.0.1, but the browser still sends that name as Host.
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return False
        name, _, port = hosts[0].lower().rpartition(":")
        return hosts[0].lower() in self._hosts or (self._any_port and name in _LOOPBACK and port.isdigit())


class _RequestScope:
    """The receive and send channels of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers = Headers(scope=scope)
        self.started = False
        self._receive = receive
        self._send = send
        self._waiting = has_body(self.headers) and "expect" not in self.headers
        given = self.headers.get("x-request-id", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex

    def log_failure(self, scope: Scope, detail: str, error: Exception | None = None) -> None:
        """Log that the request failed, with the traceback of an error."""
        _LOG.error(
            "request %s failed: %s %s: %s", self.request_id, scope["method"], scope["path"], detail, exc_info=error
        )

    async def receive(self) -> Message:
        """Receive a message from the client and detect the end of the body."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._waiting = False
        return message

    async def send(self, message: Message) -> None:
        """Send a message of the application, adding the common headers to the head."""
        if message["type"] == "http.response.start":
            await self._drain()
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cache-Control"] = "no-store"
            headers[FEATURES_HEADER] = ", ".join(FEATURES)
        await self._send(message)

    async def _drain(self) -> None:
        size = 0
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._waiting and size < _DRAIN_BYTES:
                    size += len((await self.receive()).get("body", b""))
        except TimeoutError:
            self._waiting = False


def problem_response(problem: ProblemError) -> JSONResponse:
    """Build the error response for a problem."""
    return JSONResponse(problem.body(), problem.status, problem.headers)
