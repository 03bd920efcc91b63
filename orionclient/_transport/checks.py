"""Checks that are shared with the generated package; an invalid URL is a `ValidationError` here."""

from __future__ import annotations

import functools
import ipaddress

from orion_api import _shared
from orion_api._shared import ContentRange, find_range_problem, is_success, measure

from orionclient.exceptions import ValidationError

__all__ = ["ContentRange", "find_range_problem", "is_loopback", "is_success", "measure", "parse_origin"]


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
