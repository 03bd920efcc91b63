"""A loopback server that sends scripted responses and records the requests."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from orionclient.session import OrionSession, SessionConfig, get_session

from .canary import CANARY


class ReceivedRequest(NamedTuple):
    """One request as received."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class ScriptedResponse(NamedTuple):
    """One response: JSON data, raw bytes, or a function that writes to the socket."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = {}
    raw: bytes | None = None
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


class Scripted:
    """Sends its responses in order, the last one also for all further requests. API version requests are counted separately."""

    def __init__(self, *responses: ScriptedResponse) -> None:
        self.responses = list(responses)
        self.requests: list[ReceivedRequest] = []
        self.versions = ScriptedResponse(404)
        self.version_requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def respond(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                request = ReceivedRequest(self.command, self.path, dict(self.headers), self.rfile.read(length))
                if self.path == "/api/versions/":
                    outer.version_requests += 1
                    response = outer.versions
                else:
                    outer.requests.append(request)
                    response = outer.responses.pop(0) if len(outer.responses) > 1 else outer.responses[0]
                if response.write is not None:
                    response.write(self)
                    return
                raw = response.raw if response.raw is not None else json.dumps(response.data).encode()
                self.send_response_only(response.status)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(raw)), **response.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(raw)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = respond

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def then(self, *responses: ScriptedResponse) -> Self:
        """Add responses."""
        self.responses += responses
        return self

    def config(self, **changes: Any) -> SessionConfig:
        """Return a configuration for this server, with the canary token."""
        return SessionConfig(**{"url": self.url, "token": CANARY, "project": 7, **changes})

    def session(self, **policy: Any) -> OrionSession:
        """Return a session for this server; by default only connection errors are retried."""
        return OrionSession(self.config(), requests_session=get_session(**{"retry_dict": {}, **policy}))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def drip(seconds: float, step: float) -> ScriptedResponse:
    """Return a response whose body is sent one byte at a time."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(step)
        handler.close_connection = True

    return ScriptedResponse(write=write)
