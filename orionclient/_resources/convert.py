"""Convert and validate the JSON values of responses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, overload

from orionclient._resources.resource import resource_id
from orionclient._runtime.plain import to_plain

T = TypeVar("T")


def string(value: Any) -> str:
    """Convert a JSON string.

    Args:
        value: The JSON value.

    Returns:
        The string.

    Raises:
        TypeError: The value has another type.
    """
    if isinstance(value, str):
        return value
    raise TypeError("not a string")


def integer(value: Any) -> int:
    """Convert a JSON integer.

    Args:
        value: The JSON value.

    Returns:
        The integer.

    Raises:
        TypeError: The value has another type, for example a string of digits.
    """
    if type(value) is int:
        return value
    value = to_plain(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # In JSON Schema 3.0 is an integer, too; above 2^53 a float is ambiguous.
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    raise TypeError("not an integer")


def identifier(value: Any) -> int:
    """Convert an id, an integer or a string of digits.

    Args:
        value: The JSON value.

    Returns:
        The id.

    Raises:
        TypeError: The value has another type.
        ValidationError: The value is another string.
    """
    return resource_id(value) if isinstance(value, str) else integer(value)


def number(value: Any) -> float:
    """Convert a JSON number.

    Args:
        value: The JSON value.

    Returns:
        The float.

    Raises:
        TypeError: The value has another type.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise TypeError("not a number")


def money(value: Any) -> Decimal:
    """Parse an amount of money. A JSON number is converted through its shortest decimal representation.

    Args:
        value: The JSON value, a string or a number.

    Returns:
        The exact amount.

    Raises:
        ValueError: The value is not an amount.
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r:.60} is not an amount of money") from None
    if not amount.is_finite():
        raise ValueError(f"{value!r:.60} is not an amount of money")
    return amount


def boolean(value: Any) -> bool:
    """Convert a JSON boolean.

    Args:
        value: The JSON value.

    Returns:
        The boolean.

    Raises:
        TypeError: The value has another type.
    """
    if isinstance(value, bool):
        return value
    raise TypeError("not a boolean")


def string_list(value: Any) -> list[str]:
    """Convert a JSON array of strings.

    Args:
        value: The JSON value.

    Returns:
        A new list.

    Raises:
        TypeError: The value or an item has another type.
    """
    if isinstance(value, list | tuple):
        return [string(item) for item in value]
    raise TypeError("not a list")


def json_object(value: Any) -> dict[str, Any]:
    """Convert a JSON object.

    Args:
        value: The JSON value.

    Returns:
        A deep copy as a dict.

    Raises:
        TypeError: The value has another type.
    """
    if isinstance(value, Mapping):
        return json.loads(json.dumps(dict(value)))  # type: ignore[no-any-return]
    raise TypeError("not a JSON object")


@overload
def optional(convert: Callable[[Any], T]) -> Callable[[Any], T | None]: ...
@overload
def optional(convert: Callable[[Any], T], null: T) -> Callable[[Any], T]: ...
def optional(convert: Callable[[Any], T], null: T | None = None) -> Callable[[Any], T | None]:
    """Create a converter that accepts null.

    Args:
        convert: Converter of every other value.
        null: Documented meaning of null. Defaults to None.

    Returns:
        The converter.
    """

    def read(value: Any) -> T | None:
        return copy.copy(null) if value is None else convert(value)

    return read


def read_field(data: Mapping[str, Any], name: str, kind: type[T], *, within: str = "") -> T:
    """Read a required field of a JSON object.

    Args:
        data: The JSON object.
        name: Name of the field.
        kind: Type of the value; a boolean is not an integer.
        within: Path of the object in the response, for the message, for example ``targets[0]``.

    Returns:
        The value.

    Raises:
        ValueError: The field is missing, null or has another type; the message names it.
    """
    value = data.get(name)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    path = f"{within}.{name}" if within else name
    if name not in data:
        raise ValueError(f"the field {path!r} is missing")
    # Strings and containers are not shown, since they may contain a secret, for example a presigned URL.
    shown = repr(value) if value is None or isinstance(value, int | float) else f"a {type(value).__name__}"
    raise ValueError(f"the server sent {shown:.60} for {path!r}")


def read_optional_field(data: Mapping[str, Any], name: str, kind: type[T], *, within: str = "") -> T | None:
    """Read an optional field of a JSON object.

    Args:
        data: The JSON object.
        name: Name of the field.
        kind: Type of the value.
        within: As for `read_field`.

    Returns:
        The value; None if the field is missing or null.

    Raises:
        ValueError: The field has another type; the message names it.
    """
    return None if data.get(name) is None else read_field(data, name, kind, within=within)


def iter_objects(items: Iterable[Any], within: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Iterate over a list of JSON objects.

    Args:
        items: The list.
        within: Path of the list in the response.

    Yields:
        An object and its path, for example ``targets[0]``.

    Raises:
        ValueError: An item is not an object; the message names it.
    """
    for index, item in enumerate(items):
        path = f"{within}[{index}]"
        if not isinstance(item, dict):
            raise ValueError(f"the server sent a {type(item).__name__} for {path!r}")  # noqa: TRY004 - not a caller's error
        yield item, path
