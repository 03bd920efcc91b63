"""Presigned addresses: what may be done at the storage origin by whoever holds one, until it expires."""

from __future__ import annotations

import hmac
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from orionclient.emulator.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from sqlite3 import Row


class UrlLifetime(NamedTuple):
    """How long an address works: until a time in seconds since 1970, and for one generation of addresses."""

    expires: float
    generation: int


class UrlLifetimes:
    """How long addresses work that are handed out from now on. Threads may share it; it outlives a restart of its server.

    Args:
        seconds: From handing out to the end; 0 makes addresses that have expired already.
        clock: Seconds since 1970.

    Attributes:
        seconds: May be set at any time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._generation = 0

    def new(self) -> UrlLifetime:
        """The term of an address that is handed out now."""
        return UrlLifetime(round(self._clock() + self.seconds, 3), self._generation)

    def expire(self) -> None:
        """Every address that was handed out so far works no more."""
        with self._lock:
            self._generation += 1

    def has_ended(self, term: UrlLifetime) -> bool:
        """Whether an address with this term works no more."""
        return term.generation != self._generation or self._clock() >= term.expires


class PresignedUrls:
    """Makes and checks the addresses of a storage origin.

    Args:
        url: The origin, without a slash at the end.
        key: What the signatures are made with.
        terms: How long they work.
    """

    def __init__(self, url: str, key: bytes, terms: UrlLifetimes) -> None:
        self._url = url
        self._key = key
        self._terms = terms

    def of_content(self, row: Row) -> str:
        """The address to GET the content of a file or shard."""
        return self._sign("GET", f"/content/{row['blob']}", {"sha256": row["sha256"]}, self._terms.new())

    def of_part(self, upload: int, number: int) -> tuple[str, str]:
        """The address to PUT a part to, and when it expires, as the contract writes it."""
        term = self._terms.new()
        expires = datetime.fromtimestamp(term.expires, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return self._sign("PUT", f"/parts/{upload}/{number}", {}, term), expires

    def check(self, method: str, path: str, query: Mapping[str, str]) -> None:
        """Reject what was not signed here, or has expired.

        Raises:
            ProblemError: 403.
        """
        given = {name: value for name, value in query.items() if name != "signature"}
        if not hmac.compare_digest(self._signature(method, path, given).encode(), query.get("signature", "").encode()):
            raise ProblemError(403, "The signature does not belong to this request.", "SignatureDoesNotMatch")
        if self._terms.has_ended(UrlLifetime(float(query["expires"]), int(query["generation"]))):
            raise ProblemError(403, "The address has expired.", "AccessDenied")

    def _sign(self, method: str, path: str, query: Mapping[str, str], term: UrlLifetime) -> str:
        query = {**query, "expires": f"{term.expires:.3f}", "generation": str(term.generation)}
        return f"{self._url}{path}?{urlencode({**query, 'signature': self._signature(method, path, query)})}"

    def _signature(self, method: str, path: str, query: Mapping[str, str]) -> str:
        text = "\n".join((method, path, urlencode(sorted(query.items()))))
        return hmac.digest(self._key, text.encode(), "sha256").hex()
