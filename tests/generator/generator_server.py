"""A real server on the loopback interface, to see what really goes over the wire."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class ScriptedResponse:
    status: int = 200
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    """A loopback server that gives one response to everything and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer = ScriptedResponse()
        self.seen: list[Seen] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                super().handle_one_request()
                # One request per connection keeps the tests apart.
                self.close_connection = True

            def do(self) -> None:
                body = self._chunked() if "chunked" in self.headers.get("transfer-encoding", "") else b""
                body = body or self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.seen.append(Seen(self.command, self.path, headers, body))
                response = outer.answer
                self.send_response_only(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                if isinstance(response.body, bytes) and response.status != 204:
                    self.send_header("content-length", str(len(response.body)))
                self.send_header("connection", "close")
                self.end_headers()
                for chunk in [response.body] if isinstance(response.body, bytes) else response.body:
                    self.wfile.write(chunk)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

            def _chunked(self) -> bytes:
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        # A client that goes away in the middle is what some tests are about.
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def json(self, data: object, status: int = 200) -> None:
        """Response with JSON from now on."""
        self.answer = ScriptedResponse(status, json.dumps(data).encode(), {"content-type": "application/json"})

    def html(self, status: int = 200) -> None:
        """Response with a page for people from now on."""
        self.answer = ScriptedResponse(status, b"<html>Sorry</html>", {"content-type": "text/html"})

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
