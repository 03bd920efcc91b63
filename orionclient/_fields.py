"""Typed reading of the fields of a JSON object that the server sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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


def read_optional_field(data: Mapping[str, Any], name: str, kind: type[T], *, within: str = "") -> T | None:
    """Read a field that may be missing or null.

    Args:
        data: The JSON object.
        name: Name of the field.
        kind: Type of its value.
        within: As for `read_field`.

    Returns:
        The value; None where it is missing or null.

    Raises:
        ValueError: The field is of another type; the message names it.
    """
    return None if data.get(name) is None else read_field(data, name, kind, within=within)


def each_object(items: Iterable[Any], within: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Walk through a list of JSON objects.

    Args:
        items: The list.
        within: Where the list stands in the response.

    Yields:
        An object and where it stands, for example ``targets[0]``.

    Raises:
        ValueError: An item is no object; the message names it.
    """
    for index, item in enumerate(items):
        place = f"{within}[{index}]"
        if not isinstance(item, dict):
            raise ValueError(f"the server sent a {type(item).__name__} for {place!r}")  # noqa: TRY004 - not a caller's error
        yield item, place
