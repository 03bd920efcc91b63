"""Limits of the reuse of a connection, as announced in `Keep-Alive` headers."""

from __future__ import annotations

import re
from typing import Final

from orionclient._runtime.clock import CLOCK

# Load balancers close idle connections after 60 s; the client closes them earlier.
IDLE_SECONDS: Final = 50.0
# A request that arrives just as the server closes the connection is lost, so the client stops before the announced limit.
_MARGIN: Final = 2.0
_PARAMETERS: Final = re.compile(rb"\b(timeout|max) *= *\"?([0-9]{1,9})")


class ReuseLimit:
    """How long a connection may be idle before its next request, and how many requests it may be used for."""

    def __init__(self) -> None:
        self._seconds = IDLE_SECONDS
        self._requests = 0
        self._max_requests: int | None = None
        self._idle_since = 0.0

    def record_response(self, keep_alive: bytes | None) -> None:
        """Record a response and its `Keep-Alive` header, None if it has none."""
        self._requests += 1
        if keep_alive is None:
            return
        announced = {name: int(value) for name, value in _PARAMETERS.findall(keep_alive.lower())}
        if (seconds := announced.get(b"timeout")) is not None:
            self._seconds = min(IDLE_SECONDS, seconds - min(_MARGIN, seconds / 2))
        if (count := announced.get(b"max")) is not None:
            # Some servers count down to 0, others send the total with every response.
            total = count if self._requests == 1 else self._requests + count
            self._max_requests = total if self._max_requests is None else min(total, self._max_requests)

    def start_idle(self) -> None:
        """Record that the connection is idle from now on."""
        self._idle_since = CLOCK.monotonic()

    def is_reached(self) -> bool:
        """Return whether an idle connection must not be used any more."""
        if self._max_requests is not None and self._requests >= self._max_requests:
            return True
        # A limit of 0 s is reached at once, whatever the resolution of the clock.
        return not self._seconds or CLOCK.monotonic() > self._idle_since + self._seconds
