"""Provides a server on the loopback interface that records requests."""

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
class RecordedRequest:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Server that sends the same response to every request and records the requests."""

    def __init__(self) -> None:
        self.response = ScriptedResponse()
        self.requests: list[RecordedRequest] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                super().handle_one_request()
                # One request per connection isolates the tests from each other.
                self.close_connection = True

            def do(self) -> None:
                body = self._chunked() if "chunked" in self.headers.get("transfer-encoding", "") else b""
                body = body or self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append(RecordedRequest(self.command, self.path, headers, body))
                response = outer.response
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
        # Some tests disconnect the client during a response.
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def respond_json(self, data: object, status: int = 200) -> None:
        """Respond with JSON from now on."""
        self.response = ScriptedResponse(status, json.dumps(data).encode(), {"content-type": "application/json"})

    def respond_html(self, status: int = 200) -> None:
        """Respond with an HTML page from now on."""
        self.response = ScriptedResponse(status, b"<html>Sorry</html>", {"content-type": "text/html"})

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
