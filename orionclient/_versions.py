"""API versions: which one an operation needs, and what to say where the stack does not offer it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from orion_api.types import Operation

ServerVersions = Mapping[str, tuple[int, ...]]

_VERSION: Final = re.compile(r"/api/v(\d+)/")


def parse_server_versions(value: Any) -> dict[str, tuple[int, ...]]:
    """Read what a stack offers.

    Args:
        value: Name of an API -> version numbers, or the response of the operation `get_api_versions`, which holds that.

    Returns:
        Name of an API -> version numbers, ascending.

    Raises:
        ValidationError: It is neither.
    """
    found = value.get("versions", value) if isinstance(value, Mapping) else value
    if not isinstance(found, Mapping):
        raise ValidationError("orion_versions is a mapping from the name of an API to its version numbers")
    server_versions: dict[str, tuple[int, ...]] = {}
    for name, numbers in found.items():
        listed = numbers if isinstance(numbers, Iterable) and not isinstance(numbers, str) else [numbers]
        try:
            server_versions[str(name)] = tuple(sorted(int(number) for number in listed))
        except (TypeError, ValueError, OverflowError):
            raise ValidationError(f"orion_versions: {numbers!r:.60} is no list of version numbers") from None
    return server_versions


def missing_version_message(server_versions: ServerVersions, operation: Operation) -> str | None:
    """Find out whether a stack lacks what an operation needs.

    Args:
        server_versions: What the stack offers.
        operation: The operation.

    Returns:
        A sentence that names both; None where nothing is lacking, or the path of the operation has no version.
    """
    version = _VERSION.match(operation.route)
    if version is None or int(version[1]) in server_versions.get(operation.tag, ()):
        return None
    offered = ", ".join(map(str, server_versions.get(operation.tag, ())))
    return (
        f"this client needs version {version[1]} of the API {operation.tag!r}, and the stack offers "
        + (f"version {offered} of it" if offered else "none of it")
        + f" ({operation.id})"
    )
