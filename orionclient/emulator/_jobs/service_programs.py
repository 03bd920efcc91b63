"""The services of the local Orion: small HTTP servers; a service task runs this file as a script with the name of its service.

The script writes its URL to the file `url` in its working directory and prints it. It ends when standard input is closed, so that it never
outlives the server.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MAX_BODY = 1024 * 1024


class _Handler(BaseHTTPRequestHandler):
    """Respond to a request of any method with JSON."""

    protocol_version = "HTTP/1.1"
    service = ""

    def _respond(self) -> None:
        given = self.headers.get("Content-Length", "0")
        size = int(given) if given.isascii() and given.isdigit() else 0
        status, body = 200, self.rfile.read(min(size, _MAX_BODY)).decode(errors="replace")
        if size > _MAX_BODY:
            status = 413
            shown = {"detail": f"The body is longer than {_MAX_BODY} bytes."}
            self.close_connection = True
        elif self.service == "clock":
            shown = {"time": datetime.now(UTC).isoformat()}
        else:
            shown = {"method": self.command, "path": self.path, "body": body}
        content = b"" if self.command == "HEAD" else json.dumps(shown).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815 - the names of http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of http.server
        """Print one line for each request."""
        print(format % args, flush=True)


def main(service: str) -> None:
    """Serve requests until standard input is closed or the process is ended."""
    _Handler.service = service
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with open("url", "w", encoding="ascii") as file:  # noqa: PTH123 - the script starts faster without pathlib
            file.write(url)
        print(f"{service}: serving at {url}", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        while os.read(0, 1):
            pass


if __name__ == "__main__":
    main(sys.argv[1])
