"""Build the JSON Schemas of what commands print with --json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def object_of(optional: Mapping[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """Build the schema of an object.

    Args:
        optional: Like `fields`, for fields that can be missing.
        **fields: Name -> type, or a schema; an empty schema for any value.

    Returns:
        The schema.
    """
    properties = {
        name: {"type": each} if isinstance(each, str) else each for name, each in {**fields, **(optional or {})}.items()
    }
    return {"type": "object", "required": [*fields], "properties": properties}


def list_of(**fields: Any) -> dict[str, Any]:
    """Build the schema of a list of objects.

    Args:
        **fields: The fields of an object, see `object_of`.

    Returns:
        The schema.
    """
    return {"type": "array", "items": object_of(**fields)}
