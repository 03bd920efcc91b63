"""Read and follow the log of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from orionclient._resources.polling import refresh
from orionclient._runtime.clock import CLOCK
from orionclient._transfer.content import iter_verified

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from orionclient._resources.interfaces import Endpoint
    from orionclient._resources.resource import Resource
    from orionclient._transfer.content import Opener
    from orionclient._transport.response import Response

# Poll interval while following a log, in seconds.
_POLL_SECONDS: Final = 1.0


def iter_log_lines(resource: Resource, endpoint: Endpoint, *, final: Container[str] | None) -> Iterator[str]:
    """Stream the lines of the log of a resource.

    Args:
        resource: The resource.
        endpoint: The operation that downloads the log from an `offset` on.
        final: States in which the log is complete, to follow it until then; None reads the current log.

    Yields:
        The lines without line endings. Invalid UTF-8 is replaced.

    Raises:
        OrionError: The request failed.
    """
    polled: Any = resource
    offset, rest = 0, b""
    while True:
        if final is not None:
            refresh(resource)
        # The state is checked before the log is read, so that the last line is never missed.
        last = final is None or polled.state in final
        opener, end = _note_end(resource._opener(endpoint, {"offset": offset}))
        for chunk in iter_verified(opener):
            offset += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (_decode_line(line) for line in lines)
        # The local Orion omits the start of a long log, so the offset is not always the number of received bytes.
        offset = end[-1] if end else offset
        if last:
            break
        CLOCK.sleep(_POLL_SECONDS)
    if rest:
        yield _decode_line(rest)


def _note_end(opener: Opener) -> tuple[Opener, list[int]]:
    """Wrap an opener so that the end of the log that a response announces is appended to a list."""
    found: list[int] = []

    def open_log(headers: Mapping[str, str]) -> Response:
        response = opener(headers)
        end = response.headers.get("x-orion-log-offset", "")
        found[:] = [int(end)] if end.isascii() and end.isdigit() else []
        return response

    return open_log, found


def _decode_line(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
