"""Byte ranges of responses (RFC 9110, section 14): whether a response holds what was requested."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Self

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

# Some servers write the unit in capitals, or blanks where the grammar has none.
_CONTENT_RANGE: Final = re.compile(
    r"\s*bytes\s+(\d{1,19})\s*-\s*(\d{1,19})\s*/\s*(\d{1,19})\s*", re.IGNORECASE | re.ASCII
)
_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE | re.ASCII)


@frozen
class ContentRange:
    """Which bytes of the content a response holds.

    Attributes:
        start: Position of the first byte.
        end: Position after the last byte.
        total: Size of the whole content in bytes.
    """

    start: int
    end: int
    total: int

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self | None:
        """Read the header `Content-Range`.

        Args:
            headers: Headers of a response.

        Returns:
            The range; None where the header is missing, malformed, or names no total.
        """
        found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        if found is None:
            return None
        start, last, total = int(found[1]), int(found[2]), int(found[3])
        return cls(start, last + 1, total) if start <= last < total else None


def find_range_problem(requested: str | None, status: int, headers: Mapping[str, str]) -> str | None:
    """Find out why a response cannot be what was requested.

    Args:
        requested: Header `Range` of the request; None where it had none.
        status: Status of the response.
        headers: Headers of the response.

    Returns:
        The reason, for a person; None for a 200 with the whole content, a 206 with the range that was requested, and every other status.
    """
    found = ContentRange.from_headers(headers)
    if status == 200:
        # The header has no meaning here, but caches exist that send a part and change its status alone.
        part = found is not None and found.end - found.start < found.total and _parse_length(headers) != found.total
        return "a 200 response has the Content-Range of a part" if part else None
    if status != 206:
        return None
    if requested is None:
        return "a 206 response with a part of the content came, and no range was requested"
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return "a 206 response holds several ranges, and one was requested"
    return _find_single_range_problem(requested, found, headers)


def _find_single_range_problem(requested: str, found: ContentRange | None, headers: Mapping[str, str]) -> str | None:
    if headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        return "a 206 response holds a part of a compressed form"
    if found is None:
        return "a 206 response has no valid Content-Range with a total"
    if _parse_length(headers) not in {None, found.end - found.start}:
        return "the Content-Length of a 206 response differs from its Content-Range"
    return None if _is_within(requested, found) else "a 206 response holds another range than the requested one"


def _parse_length(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "").strip()
    return int(length) if length.isascii() and length.isdigit() else None


def _is_within(requested: str, found: ContentRange) -> bool:
    wanted = _RANGE.fullmatch(requested)
    if wanted is None or wanted[1] == wanted[2] == "":
        # Several ranges, of which a server may send one that covers them all, or another unit.
        return True
    if wanted[1] == "":
        return found.start == max(0, found.total - int(wanted[2]))
    return found.start == int(wanted[1]) and (wanted[2] == "" or found.end <= int(wanted[2]) + 1)
