"""A minimal HTTP client, independent of the client under test."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


class Plain:
    """Sends requests with the standard library only."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def request(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Authorization", f"Token {token or self.token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, content = error.code, error.read()
        try:
            return status, json.loads(content) if content else None
        except ValueError:
            return status, content

    def get(self, path: str) -> Any:
        status, content = self.request("GET", path)
        assert status == 200, (status, content)
        return content

    def status(self, path: str) -> int:
        return self.request("GET", path)[0]
