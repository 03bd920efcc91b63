"""Signing and verification of the presigned URLs of the storage origin."""

from __future__ import annotations

import hmac
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from orionclient.emulator._problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from sqlite3 import Row


class UrlLifetime(NamedTuple):
    """The lifetime of a presigned URL: its expiry in seconds since 1970, and the generation it was issued in."""

    expires: float
    generation: int


class UrlLifetimes:
    """The lifetime of new presigned URLs. Thread-safe. The state persists across restarts of the server.

    Args:
        seconds: Lifetime in seconds; URLs issued with 0 are already expired.
        clock: Returns the time in seconds since 1970.

    Attributes:
        seconds: Lifetime in seconds; can be set at any time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._generation = 0

    def issue(self) -> UrlLifetime:
        """Return the lifetime of a URL issued now."""
        return UrlLifetime(round(self._clock() + self.seconds, 3), self._generation)

    def expire(self) -> None:
        """Expire every URL issued so far."""
        with self._lock:
            self._generation += 1

    def has_expired(self, lifetime: UrlLifetime) -> bool:
        """Return whether a URL with this lifetime has expired."""
        return lifetime.generation != self._generation or self._clock() >= lifetime.expires


class PresignedUrls:
    """Signs and verifies the presigned URLs of a storage origin.

    Args:
        url: The base URL of the origin, without a trailing slash.
        key: The signing key.
        lifetimes: The lifetime of new URLs.
    """

    def __init__(self, url: str, key: bytes, lifetimes: UrlLifetimes) -> None:
        self._url = url
        self._key = key
        self._lifetimes = lifetimes

    def sign_content(self, row: Row) -> str:
        """Sign the URL to GET the content of a file or shard."""
        return self._sign("GET", f"/content/{row['blob']}", {"sha256": row["sha256"]}, self._lifetimes.issue())

    def sign_part(self, upload: int, number: int) -> tuple[str, str]:
        """Sign the URL to PUT a part; returns the URL and its expiry in the contract's format."""
        lifetime = self._lifetimes.issue()
        expires = datetime.fromtimestamp(lifetime.expires, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return self._sign("PUT", f"/parts/{upload}/{number}", {}, lifetime), expires

    def check(self, method: str, path: str, query: Mapping[str, str]) -> None:
        """Verify the signature and the expiry of a request.

        Raises:
            ProblemError: 403, the signature does not match or the URL has expired.
        """
        given = {name: value for name, value in query.items() if name != "signature"}
        if not hmac.compare_digest(self._signature(method, path, given).encode(), query.get("signature", "").encode()):
            raise ProblemError(403, "The signature does not match this request.", "SignatureDoesNotMatch")
        if self._lifetimes.has_expired(UrlLifetime(float(query["expires"]), int(query["generation"]))):
            raise ProblemError(403, "The presigned URL has expired.", "AccessDenied")

    def _sign(self, method: str, path: str, query: Mapping[str, str], lifetime: UrlLifetime) -> str:
        query = {**query, "expires": f"{lifetime.expires:.3f}", "generation": str(lifetime.generation)}
        return f"{self._url}{path}?{urlencode({**query, 'signature': self._signature(method, path, query)})}"

    def _signature(self, method: str, path: str, query: Mapping[str, str]) -> str:
        text = "\n".join((method, path, urlencode(sorted(query.items()))))
        return hmac.digest(self._key, text.encode(), "sha256").hex()
