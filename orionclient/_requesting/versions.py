"""API versions: parses the versions that a stack offers and checks them against an operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from orion_api.types import Operation

ServerVersions = Mapping[str, tuple[int, ...]]


def parse_server_versions(value: Any) -> dict[str, tuple[int, ...]]:
    """Parse the API versions that a stack offers.

    Args:
        value: API name -> version numbers, or the response of the operation `get_api_versions`, which contains that mapping.

    Returns:
        API name -> version numbers, ascending.

    Raises:
        ValidationError: The value is neither.
    """
    found = value.get("versions", value) if isinstance(value, Mapping) else value
    if not isinstance(found, Mapping):
        raise ValidationError("orion_versions must be a mapping of API names to version numbers")
    server_versions: dict[str, tuple[int, ...]] = {}
    for name, numbers in found.items():
        listed = numbers if isinstance(numbers, Iterable) and not isinstance(numbers, str) else [numbers]
        try:
            server_versions[str(name)] = tuple(sorted(int(number) for number in listed))
        except (TypeError, ValueError, OverflowError):
            raise ValidationError(f"orion_versions: {numbers!r:.60} is not a list of version numbers") from None
    return server_versions


def missing_version_message(server_versions: ServerVersions, operation: Operation) -> str | None:
    """Describe the API version that an operation needs and a stack does not offer.

    Args:
        server_versions: API name -> version numbers that the stack offers.
        operation: The operation.

    Returns:
        The error message; None if the version is offered, or the path of the operation has no version.
    """
    version, offered = operation.version, server_versions.get(operation.tag, ())
    if version is None or version in offered:
        return None
    listed = ", ".join(map(str, offered))
    return f"{operation.id} needs version {version} of the API {operation.tag!r}, but the stack offers " + (
        f"version {listed}" if offered else "no version of it"
    )
