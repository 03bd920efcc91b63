"""Encodes requests and decodes responses; independent of the HTTP library."""

from __future__ import annotations

import datetime as _datetime
import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from ._shared import get_header, is_success
from .errors import UnexpectedBody, UnexpectedStatus
from .types import UNSET, Operation, Unset, encode_scalar

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


# ---------------------------------------------------------------- requests


def encode_id(name: str, value: int | str) -> str:
    """Encode an id as a path segment; only integers and strings of digits are valid."""
    segment = str(value)
    if isinstance(value, bool) or not (segment.isascii() and segment.isdigit()):
        raise ValueError(f"{name} must be an integer or a string of digits, not {value!r}")
    return segment


def encode_segment(name: str, value: str) -> str:
    """Encode a string as a path segment; strings that would change the path are rejected."""
    segment = encode_scalar(value)
    if segment in {"", ".", ".."}:
        raise ValueError(f"{name} must not be {segment!r}")
    return quote(segment, safe="")


def encode_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Encode header values as strings; None and UNSET are omitted."""
    return {name: encode_scalar(value) for name, value in headers.items() if value is not None and value is not UNSET}


def to_wire(value: Any) -> Any:
    """Convert a model, mapping, list or scalar to plain JSON data; UNSET entries are omitted."""
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if isinstance(value, Mapping):
        return {str(key): to_wire(inner) for key, inner in value.items() if inner is not UNSET}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_wire(inner) for inner in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, (Enum, str, int, float)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, (UUID, _datetime.date)):
        return str(value) if isinstance(value, UUID) else value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


# ---------------------------------------------------------------- responses


def check_status(
    operation: Operation,
    status_code: int,
    headers: Mapping[str, str],
    content: bytes,
    parse: Callable[[dict[str, Any]], Any] | None,
) -> None:
    """Raise UnexpectedStatus unless the status is a documented success, or another 2xx with a documented body.

    `parse` is None if the operation has no response body.
    """
    if status_code in operation.success:
        return
    # A 206 response is partial content, although no range was requested.
    if not is_success(status_code) or status_code == 206 or (parse is None and content):
        raise UnexpectedStatus(status_code, content, headers, operation)
    try:
        if parse is not None:
            parse(decode_object(operation, status_code, headers, content))
    except UnexpectedBody:
        raise UnexpectedStatus(status_code, content, headers, operation) from None


def decode_object(operation: Operation, status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a response."""
    media_type = get_header(headers, "content-type").partition(";")[0].strip().lower()
    if not (media_type == "application/json" or media_type.endswith("+json")):
        reason = f"the response is {media_type or 'without a media type'}, not application/json"
        raise UnexpectedBody(operation, reason, status_code, content, headers)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise UnexpectedBody(operation, "the response is not valid JSON", status_code, content, headers) from None
    if not isinstance(data, dict):
        reason = f"the response is {_describe_type(data)}, not an object"
        raise UnexpectedBody(operation, reason, status_code, content, headers)
    return data


def parse_model(operation: Operation, read: Callable[[Mapping[str, Any]], T], data: Mapping[str, Any]) -> T:
    """Parse a model; errors include the operation."""
    try:
        return read(data)
    except UnexpectedBody as error:
        raise UnexpectedBody(operation, error.reason) from None


class Reader:
    """Reads the fields of an object; errors include the model and the field."""

    def __init__(self, model: str, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise UnexpectedBody(None, f"{model} is {_describe_type(data)}, not an object")
        self._model = model
        self._rest = dict(data)

    def read_required(self, name: str, convert: Callable[[Any], T]) -> T:
        """Read a required field."""
        if name not in self._rest:
            raise UnexpectedBody(None, f"{self._model}.{name} is missing")
        return self._convert(name, convert)

    def read_optional(self, name: str, convert: Callable[[Any], T]) -> T | Unset:
        """Read an optional field; UNSET if missing."""
        return self._convert(name, convert) if name in self._rest else UNSET

    def get_unknown_fields(self) -> dict[str, Any]:
        """Return the remaining fields, which are not in the contract."""
        return self._rest

    def _convert(self, name: str, convert: Callable[[Any], T]) -> T:
        value = self._rest.pop(name)
        try:
            return convert(value)
        except ValueError as error:
            raise UnexpectedBody(None, f"{self._model}.{name} {error}") from None
        except UnexpectedBody as error:
            raise UnexpectedBody(None, f"{self._model}.{name}: {error.reason}") from None


def parse_any(value: Any) -> Any:
    """Return any JSON value."""
    return value


def parse_string(value: Any) -> str:
    """Parse a string."""
    if isinstance(value, str):
        return value
    raise ValueError(f"is {_describe_type(value)}, not a string")


def parse_integer(value: Any) -> int:
    """Parse an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"is {_describe_type(value)}, not an integer")


def parse_number(value: Any) -> float:
    """Parse a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise ValueError(f"is {_describe_type(value)}, not a number")


def parse_boolean(value: Any) -> bool:
    """Parse a boolean."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"is {_describe_type(value)}, not a boolean")


def parse_object(value: Any) -> dict[str, Any]:
    """Parse a free-form object."""
    if isinstance(value, Mapping):
        return dict(value)
    raise ValueError(f"is {_describe_type(value)}, not an object")


def parse_datetime(value: Any) -> _datetime.datetime:
    """Parse a date and time in ISO 8601; `t` and `z` may be in lower case."""
    try:
        return _datetime.datetime.fromisoformat(parse_string(value).upper())
    except ValueError:
        raise ValueError("is not a date and time in ISO 8601") from None


def enum_of(kind: type[E]) -> Callable[[Any], E]:
    """Return a parser for values of an open enumeration."""
    return lambda value: kind(parse_string(value))


def list_of(convert: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Return a parser for lists; errors include the index of the item."""

    def parse_list(value: Any) -> list[T]:
        if not isinstance(value, list):
            raise ValueError(f"is {_describe_type(value)}, not a list")
        items: list[T] = []
        for index, item in enumerate(value):
            try:
                items.append(convert(item))
            except ValueError as error:
                raise ValueError(f"[{index}] {error}") from None
            except UnexpectedBody as error:
                raise UnexpectedBody(None, f"[{index}]: {error.reason}") from None
        return items

    return parse_list


def nullable(convert: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Return a parser that also accepts null."""
    return lambda value: None if value is None else convert(value)


def create_unknown_member(kind: type[E], value: object) -> E | None:
    """Create a member for a value that is not in the contract, because the server may add values."""
    if not isinstance(value, str):
        return None
    new: Callable[[type[E], str], E] = str.__new__  # type: ignore[assignment]
    result = new(kind, value)
    result._name_ = result._value_ = value
    return result


def _describe_type(value: Any) -> str:
    names = {
        type(None): "null",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)
