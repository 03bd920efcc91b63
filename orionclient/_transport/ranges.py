"""Byte ranges (RFC 9110, section 14): checks that a response contains the requested range."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Self

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

# Some servers send the unit in upper case, or blanks that the grammar does not allow.
_CONTENT_RANGE: Final = re.compile(
    r"\s*bytes\s+(\d{1,19})\s*-\s*(\d{1,19})\s*/\s*(\d{1,19})\s*", re.IGNORECASE | re.ASCII
)
_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE | re.ASCII)


@frozen
class ContentRange:
    """Byte range of a partial response.

    Attributes:
        start: Offset of the first byte.
        end: Offset after the last byte.
        total: Size of the whole content in bytes.
    """

    start: int
    end: int
    total: int

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self | None:
        """Parse the header `Content-Range`.

        Args:
            headers: Headers of a response.

        Returns:
            The range; None if the header is missing, malformed, or has no total size.
        """
        found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        if found is None:
            return None
        start, last, total = int(found[1]), int(found[2]), int(found[3])
        return cls(start, last + 1, total) if start <= last < total else None


def find_range_problem(requested: str | None, status: int, headers: Mapping[str, str]) -> str | None:
    """Check that a response contains the requested byte range.

    Args:
        requested: Header `Range` of the request; None if missing.
        status: Status of the response.
        headers: Headers of the response.

    Returns:
        The problem, as a sentence; None for a 200 with the whole content, a 206 with the requested range, and every other status.
    """
    found = ContentRange.from_headers(headers)
    if status == 200:
        # Content-Range is not defined for a 200, but some caches send a byte range with its status changed to 200.
        part = found is not None and found.end - found.start < found.total and _parse_length(headers) != found.total
        return "a 200 response has a Content-Range of partial content" if part else None
    if status != 206:
        return None
    if requested is None:
        return "the response is 206 Partial Content, but no range was requested"
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return "a 206 response contains several ranges, but one was requested"
    return _find_single_range_problem(requested, found, headers)


def _find_single_range_problem(requested: str, found: ContentRange | None, headers: Mapping[str, str]) -> str | None:
    if headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        return "a 206 response contains a range of compressed content"
    if found is None:
        return "the 206 response has no valid Content-Range with a total size"
    if _parse_length(headers) not in {None, found.end - found.start}:
        return "the Content-Length of a 206 response differs from its Content-Range"
    return None if _is_within(requested, found) else "a 206 response contains another range than the requested one"


def _parse_length(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "").strip()
    return int(length) if length.isascii() and length.isdigit() else None


def _is_within(requested: str, found: ContentRange) -> bool:
    wanted = _RANGE.fullmatch(requested)
    if wanted is None or wanted[1] == wanted[2] == "":
        # Several ranges, for which a server may send one range that covers them, or another unit.
        return True
    if wanted[1] == "":
        return found.start == max(0, found.total - int(wanted[2]))
    return found.start == int(wanted[1]) and (wanted[2] == "" or found.end <= int(wanted[2]) + 1)
