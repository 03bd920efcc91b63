"""Contents as answers: the whole of one, or the one piece that a request asks for (RFC 9110)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from orionclient.emulator.blobs import digest_headers, read_chunks
from orionclient.emulator.call import Download
from orionclient.emulator.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Longer numbers lie behind the end of everything, and reading them would cost time.
_RANGE = re.compile(r"bytes=([0-9]{0,20})-([0-9]{0,20})", re.IGNORECASE)


def parse_range(header: str, size: int) -> range | None:
    """The positions that a `Range` header asks for; None where it is none that is understood here.

    Raises:
        ProblemError: 416, the content ends before the piece begins.
    """
    match = _RANGE.fullmatch(header)
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        piece = range(max(0, size - int(match[2])), size)
    else:
        first, last = int(match[1]), int(match[2]) if match[2] else size
        if last < first and match[2]:
            return None
        piece = range(first, min(last + 1, size))
    if not piece:
        detail = f"The content has {size} bytes; {header[:100]} is none of them."
        raise ProblemError(416, detail, "range_not_satisfiable", headers={"Content-Range": f"bytes */{size}"})
    return piece


def build_range_response(content: BinaryIO, digest: bytes, size: int, headers: Mapping[str, str]) -> Download:
    """The content or a piece of it; the answer closes the file.

    Args:
        content: The open file.
        digest: SHA-256 of the whole.
        size: Length of the whole.
        headers: `Range` and `If-Range` where the request has them.

    Raises:
        ProblemError: 416, the content ends before the piece begins.
    """
    told = {**digest_headers(digest, size), "Accept-Ranges": "bytes"}
    # Weak tags and dates are never the same as this strong tag.
    wanted = headers.get("Range") if headers.get("If-Range") in {None, told["ETag"]} else None
    try:
        piece = parse_range(wanted, size) if wanted is not None else None
        if piece is None:
            return Download(read_chunks(content), content.close, told)
        content.seek(piece.start)
    except BaseException:
        content.close()
        raise
    told["Content-Length"] = str(len(piece))
    told["Content-Range"] = f"bytes {piece.start}-{piece.stop - 1}/{size}"
    return Download(read_chunks(content, len(piece)), content.close, told, 206)
