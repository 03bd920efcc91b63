"""Rules that this package shares with orionclient: HTTP library, origins, headers, byte ranges and bodies."""

from __future__ import annotations

import functools
import io
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Self
from urllib.parse import quote, urlsplit

from attrs import frozen

CHUNK_SIZE = 1 << 19
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", re.ASCII)
_FORBIDDEN_IN_URLS = re.compile(r"[\x00-\x20\x7f\\]")
_URL_START = re.compile(r"(?:[^/?#]*//)?[^/?#]*")
# Characters of a path and query that are sent unchanged, as HTTP libraries do, and those that `parse_origin` rejects.
_NOT_ENCODED = "!#$%&'()*+,/:;=?@[\\]~\x7f" + "".join(map(chr, range(0x20)))
# Labels in Content-Encoding that storages return although the body is not compressed. A media type is none either.
_NO_CODINGS = frozenset(
    "7bit 8bit ascii aws-chunked binary chunked identity iso-8859-1 latin1 none null plain raw text us-ascii utf-8 utf8".split()
)
_LINE_BREAKS = re.compile(r"[\r\n\0]")
# Some servers send the unit in upper case, or blanks that the grammar does not allow.
_CONTENT_RANGE = re.compile(r"\s*bytes\s+(\d{1,19})\s*-\s*(\d{1,19})\s*/\s*(\d{1,19})\s*", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE | re.ASCII)


def get_http_library() -> str:
    """Return the name of the HTTP library, from ORION_HTTP_LIBRARY; httpx by default.

    Raises:
        ValueError: If the variable names another library.
    """
    name = os.environ.get("ORION_HTTP_LIBRARY") or "httpx"
    if name not in {"httpx", "httpx2"}:
        raise ValueError(f"ORION_HTTP_LIBRARY must be 'httpx' or 'httpx2', not {name!r:.60}")
    return name


def is_success(status_code: int) -> bool:
    """Return whether a status is a success; a redirect is not."""
    return 200 <= status_code < 300


# ---------------------------------------------------------------- origins


def parse_origin(url: str) -> tuple[str, str, int]:
    """Parse the origin of an absolute http(s) URL: scheme and host in lower case, and the port.

    Raises:
        ValueError: If the URL is relative, has another scheme, or is ambiguous, so that two parsers could find two hosts in it.
    """
    if _FORBIDDEN_IN_URLS.search(url):
        raise ValueError("invalid URL: it contains white space, a control character or a backslash")
    return _parse_authority(_URL_START.match(url)[0])  # type: ignore[index]  # it matches everything


def encode_url(url: str) -> str:
    """Percent-encode blanks and other characters in the path and query of an absolute URL that are not valid there, as browsers do.

    Everything else stays unchanged, so that `parse_origin` can reject it.
    """
    start = _URL_START.match(url)[0]  # type: ignore[index]  # it matches everything
    return start + quote(url[len(start) :], safe=_NOT_ENCODED)


@functools.lru_cache(maxsize=256)
def _parse_authority(start: str) -> tuple[str, str, int]:
    """Parse the origin from the part of a URL before its path; cached, since few origins are in use."""
    try:
        parts = urlsplit(start)
        port = parts.port
    except ValueError:
        raise ValueError("invalid URL: it cannot be parsed") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("invalid URL: it is not an absolute http or https URL")
    if "@" in parts.netloc:
        raise ValueError("invalid URL: it contains a user name; Orion accepts tokens only")
    if not _is_host(parts.hostname):
        raise ValueError("invalid URL: its host name is not valid; write international names in their xn--... form")
    if port == 0:
        raise ValueError("invalid URL: port 0 is not valid")
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}[parts.scheme]


def _is_host(host: str) -> bool:
    if ":" not in host:
        return len(host) <= 253 and _HOST.fullmatch(host) is not None
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return "%" not in host


# ---------------------------------------------------------------- headers


def get_header(headers: Mapping[str, str], name: str) -> str:
    """Return a header of any mapping, case-insensitively; empty if missing. `name` is in lower case."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


def find_header_problem(headers: Mapping[str, str]) -> str | None:
    """Return why a header must not be sent, or None. The sentence omits the value, which may be the token."""
    for name, value in headers.items():
        line = f"{name}{value}"
        if _LINE_BREAKS.search(line):
            return f"invalid header {name[:40]!r} (value not shown): it contains a line break or NUL"
        if not isinstance(value, str) or not line.isascii():
            return f"invalid header {name[:40]!r} (value not shown): it is not an ASCII string"
    return None


def find_codings(value: str) -> list[str]:
    """Return the names in a Content-Encoding header that stand for a compressed body, in lower case and in order."""
    names = [name.strip().lower() for name in value.split(",")]
    return [name for name in names if name and name not in _NO_CODINGS and "/" not in name]


# ---------------------------------------------------------------- byte ranges


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
        """Parse Content-Range of a case-insensitive mapping; None if missing, malformed or without a total size."""
        found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        if found is None:
            return None
        start, last, total = int(found[1]), int(found[2]), int(found[3])
        return cls(start, last + 1, total) if start <= last < total else None


def find_range_problem(requested: str | None, status_code: int, headers: Mapping[str, str]) -> str | None:
    """Return why a response does not contain the requested byte range, as a sentence, or None if it does.

    Args:
        requested: Header Range of the request; empty or None if missing.
        status_code: Status of the response.
        headers: Headers of the response, a case-insensitive mapping.
    """
    found = ContentRange.from_headers(headers)
    if status_code == 200:
        # Content-Range is not defined for a 200, but some caches send a byte range with its status changed to 200.
        part = found is not None and found.end - found.start < found.total and _parse_length(headers) != found.total
        return "a 200 response has a Content-Range of partial content" if part else None
    if status_code != 206:
        return None
    if not requested:
        return "the response is 206 Partial Content, but no range was requested"
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return "a 206 response contains several ranges, but one was requested"
    if find_codings(headers.get("content-encoding", "")):
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


# ---------------------------------------------------------------- bodies

_SEEK_ERRORS = (AttributeError, NotImplementedError, OSError, TypeError, ValueError)


def measure(file: Any) -> tuple[int, int] | None:
    """Return the position of a file and how many bytes follow; None if it cannot be moved to its end, whatever `seekable` reports."""
    try:
        if not file.seekable():
            return None
        start = file.tell()
        file.seek(start)
    except _SEEK_ERRORS:
        return None
    try:
        end = file.seek(0, os.SEEK_END)
    except _SEEK_ERRORS:
        end = None
    # The position may have changed, so an error is not hidden from here on.
    file.seek(start)
    return (start, max(end - start, 0)) if isinstance(start, int) and isinstance(end, int) else None


def iter_chunks(payload: Any, limit: int | None = None) -> Iterator[Any]:
    """Read bytes or a binary file in chunks of at most 512 KiB; the chunks of an iterable stay unchanged.

    Args:
        payload: Bytes, a file (read from its current position), or an iterable.
        limit: Maximum size to read from a file, in bytes. Optional.

    Yields:
        The chunks; a memoryview is valid until the next chunk.
    """
    if isinstance(payload, bytes):
        # The HTTP library copies the rest of a chunk on every write, so large bytes are sent in chunks.
        yield from (payload[start : start + CHUNK_SIZE] for start in range(0, len(payload), CHUNK_SIZE))
    elif hasattr(payload, "read"):
        read, left = payload.read, limit
        if isinstance(payload, (io.RawIOBase, io.BufferedIOBase)):
            # One buffer is reused for all chunks.
            buffer = memoryview(bytearray(CHUNK_SIZE if limit is None else min(CHUNK_SIZE, limit)))
            read = lambda size: buffer[: payload.readinto(buffer[:size]) or 0]
        while chunk := read(CHUNK_SIZE if left is None else min(CHUNK_SIZE, left)):
            left = None if left is None else left - len(chunk)
            yield chunk
    else:
        yield from payload
