"""Download responses with the whole content or the requested byte range (RFC 9110)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from orionclient.emulator._http.call import ContentResult
from orionclient.emulator._problems import ProblemError
from orionclient.emulator._store.blobs import digest_headers, read_chunks

if TYPE_CHECKING:
    from collections.abc import Mapping

# More digits are beyond the end of any content, and parsing them would cost time.
_RANGE = re.compile(r"bytes=([0-9]{0,20})-([0-9]{0,20})", re.IGNORECASE)


def parse_range(header: str, size: int) -> range | None:
    """Parse a `Range` header for content of a size in bytes; returns None for a form that is not supported.

    Raises:
        ProblemError: 416, the range starts after the end of the content.
    """
    match = _RANGE.fullmatch(header)
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        chunk = range(max(0, size - int(match[2])), size)
    else:
        first, last = int(match[1]), int(match[2]) if match[2] else size
        if last < first and match[2]:
            return None
        chunk = range(first, min(last + 1, size))
    if not chunk:
        detail = f"The range {header[:100]} is not satisfiable; the content has {size} bytes."
        raise ProblemError(416, detail, "range_not_satisfiable", headers={"Content-Range": f"bytes */{size}"})
    return chunk


def build_range_response(content: BinaryIO, digest: bytes, size: int, headers: Mapping[str, str]) -> ContentResult:
    """Build the response with the content or a byte range of it; the response closes the file.

    Args:
        content: The open file.
        digest: SHA-256 of the whole content.
        size: Size of the whole content in bytes.
        headers: The `Range` and `If-Range` headers of the request, if any.

    Raises:
        ProblemError: 416, the range starts after the end of the content.
    """
    reported = {**digest_headers(digest, size), "Accept-Ranges": "bytes"}
    # Weak tags and dates never match this strong tag.
    wanted = headers.get("Range") if headers.get("If-Range") in {None, reported["ETag"]} else None
    try:
        chunk = parse_range(wanted, size) if wanted is not None else None
        if chunk is None:
            return ContentResult(read_chunks(content), content.close, reported)
        content.seek(chunk.start)
    except BaseException:
        content.close()
        raise
    reported["Content-Length"] = str(len(chunk))
    reported["Content-Range"] = f"bytes {chunk.start}-{chunk.stop - 1}/{size}"
    return ContentResult(read_chunks(content, len(chunk)), content.close, reported, 206)
