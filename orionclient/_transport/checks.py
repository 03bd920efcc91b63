"""Checks that are shared with the generated package; an invalid URL is a `ValidationError` here."""

from __future__ import annotations

import functools
import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from orion_api import _shared
from orion_api._shared import ContentRange, find_codings, find_range_problem, is_success, measure

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ContentRange", "encode_url", "find_codings", "find_range_problem", "is_compressed", "is_loopback", "is_success", "measure",
    "parse_origin", "resolve_url",
]  # fmt: skip

# Maximum length of the HTTP library.
_MAX_URL_LENGTH: Final = 65536


def parse_origin(url: str) -> tuple[str, str, int]:
    """Parse the origin of an absolute http(s) URL.

    Args:
        url: An absolute URL.

    Returns:
        Scheme and host in lower case, and the port.

    Raises:
        ValidationError: The URL is relative, has another scheme, or is ambiguous, so that two parsers could find two hosts in it.
    """
    try:
        return _shared.parse_origin(url)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def encode_url(url: str) -> str:
    """Percent-encode blanks and other characters in the path and query of a URL that are not valid there.

    Args:
        url: An absolute URL.

    Returns:
        The URL; `parse_origin` checks it.

    Raises:
        ValidationError: The URL contains a lone surrogate.
    """
    try:
        return _shared.encode_url(url)
    except UnicodeEncodeError as error:
        raise ValidationError(f"invalid URL: {error}") from None


def resolve_url(base: str, url: str) -> str:
    """Make a URL from a server absolute and percent-encode its path and query.

    Args:
        base: URL of the request.
        url: An absolute or relative URL.

    Returns:
        The absolute URL.

    Raises:
        ValidationError: It is not a valid http(s) URL, or too long.
    """
    try:
        target = urljoin(base, url)
    except ValueError as error:
        raise ValidationError(f"invalid URL: {error}") from None
    target = encode_url(target)
    parse_origin(target)
    if len(target) > _MAX_URL_LENGTH:
        raise ValidationError(f"invalid URL: it is longer than {_MAX_URL_LENGTH} characters")
    return target


def is_compressed(headers: Mapping[str, str]) -> bool:
    """Check whether the headers of a response describe the compressed body instead of the content.

    Args:
        headers: Headers of a response.

    Returns:
        True if `Content-Encoding` names a compression.
    """
    return bool(find_codings(headers.get("content-encoding", "")))


@functools.lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Check whether a host is this machine.

    Args:
        host: Host name or IP address; IPv6 without brackets.

    Returns:
        True for ``localhost`` and loopback addresses.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
