"""Typed reading of the fields of a JSON object that the server sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def read_field(data: Mapping[str, Any], name: str, kind: type[T], *, within: str = "") -> T:
    """Read a required field.

    Args:
        data: The JSON object.
        name: Name of the field.
        kind: Type of its value; a boolean is not an integer.
        within: Where the object stands in the response, for the message, for example ``targets[0]``.

    Returns:
        The value.

    Raises:
        ValueError: The field is missing, null or of another type; the message names it.
    """
    value = data.get(name)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    path = f"{within}.{name}" if within else name
    if name not in data:
        raise ValueError(f"the field {path!r} is missing")
    # A string or what holds strings may be a secret, for example a presigned URL.
    shown = repr(value) if value is None or isinstance(value, int | float) else f"a {type(value).__name__}"
    raise ValueError(f"the server sent {shown:.60} for {path!r}")
