"""Between Python and the wire: what operation modules and models share. Knows no HTTP library."""

from __future__ import annotations

import datetime as _datetime
import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from .errors import UnexpectedBody, UnexpectedStatus
from .types import UNSET, File, Operation, Unset, encode_text

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


# ---------------------------------------------------------------- towards the server


def number_segment(name: str, value: int | str) -> str:
    """Return an id as a chunk of a path; only a number or its digits are let through."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name} must be a number or its digits, not {value!r}")
    return text


def text_segment(name: str, value: str) -> str:
    """Return text as a chunk of a path; what would name another path is rejected."""
    text = encode_text(value)
    if text in {"", ".", ".."}:
        raise ValueError(f"{name} must not be {text!r}")
    return quote(text, safe="")


def header_fields(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that were given, as text."""
    return {name: encode_text(value) for name, value in headers.items() if value is not None and value is not UNSET}


def to_wire(value: Any) -> Any:
    """Return plain JSON data for a model, a mapping, a list or a scalar; UNSET entries are left out."""
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
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def form_fields(body: Any) -> tuple[tuple[str, str | File], ...]:
    """Return the fields of a multipart form; lists retry their name, objects become JSON."""
    values = body if isinstance(body, Mapping) else body.form_values()
    fields: list[tuple[str, str | File]] = []
    for name, value in values.items():
        for item in value if isinstance(value, (list, tuple)) else (value,):
            if item is UNSET or item is None:
                continue
            if isinstance(item, File):
                fields.append((name, item))
            elif isinstance(item, Mapping) or hasattr(item, "to_dict"):
                fields.append((name, json.dumps(to_wire(item))))
            else:
                fields.append((name, encode_text(item)))
    return tuple(fields)


# ---------------------------------------------------------------- from the server


def header(headers: Mapping[str, str], name: str) -> str:
    """Look a header up in any mapping, without distinction of upper and lower case."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


def check_status(
    operation: Operation,
    status_code: int,
    headers: Mapping[str, str],
    content: bytes,
    parse: Callable[[dict[str, Any]], Any] | None,
) -> None:
    """Accept a documented success, and another 2xx whose body is as documented; `parse` is None where none is."""
    if status_code in operation.success:
        return
    # 206 is a part of something that was not asked for in parts.
    if not 200 <= status_code < 300 or status_code == 206 or (parse is None and content):
        raise UnexpectedStatus(status_code, content, headers, operation)
    try:
        if parse is not None:
            parse(json_answer(operation, status_code, headers, content))
    except UnexpectedBody:
        raise UnexpectedStatus(status_code, content, headers, operation) from None


_CONTENT_RANGE = re.compile(r"\s*bytes\s+(\d{1,19})\s*-\s*(\d{1,19})\s*/\s*(\d{1,19})\s*", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE | re.ASCII)


def range_problem(requested: str, status_code: int, headers: Mapping[str, str]) -> str | None:
    """Return why a response cannot be the range (or, with an empty string, the whole content) that was requested."""
    found = _CONTENT_RANGE.fullmatch(header(headers, "content-range"))
    start, end, total = (int(found[1]), int(found[2]) + 1, int(found[3])) if found else (0, 0, 0)
    length = header(headers, "content-length").strip()
    if status_code == 200:
        # The header has no meaning here, but caches exist that send a part and change its status alone.
        part = start < end <= total and end - start < total and length != str(total)
        return "a 200 response has the Content-Range of a part" if part else None
    if status_code != 206:
        return None
    if not requested:
        return "a 206 response with a part of the content came, and no range was requested"
    if header(headers, "content-type").strip().lower().startswith("multipart/"):
        return "a 206 response holds several ranges, and one was requested"
    if header(headers, "content-encoding").strip().lower() not in {"", "identity"}:
        return "a 206 response holds a part of a compressed form"
    if not start < end <= total:
        return "a 206 response has no valid Content-Range with a total"
    if length.isdecimal() and int(length) != end - start:
        return "the Content-Length of a 206 response differs from its Content-Range"
    wanted = _RANGE.fullmatch(requested)
    if wanted is None or wanted[1] == wanted[2] == "":
        return None
    if wanted[1] == "":
        within = start == max(0, total - int(wanted[2]))
    else:
        within = start == int(wanted[1]) and (wanted[2] == "" or end <= int(wanted[2]) + 1)
    return None if within else "a 206 response holds another range than the requested one"


def json_answer(operation: Operation, status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a response."""
    media_type = header(headers, "content-type").partition(";")[0].strip().lower()
    if not (media_type == "application/json" or media_type.endswith("+json")):
        reason = f"the response is {media_type or 'of no named media type'}, not application/json"
        raise UnexpectedBody(operation, reason, status_code, content, headers)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise UnexpectedBody(operation, "the response is not valid JSON", status_code, content, headers) from None
    if not isinstance(data, dict):
        reason = f"the response is {_kind(data)}, not an object"
        raise UnexpectedBody(operation, reason, status_code, content, headers)
    return data


def parsed(operation: Operation, read: Callable[[Mapping[str, Any]], T], data: Mapping[str, Any]) -> T:
    """Read a model; an error names the operation too."""
    try:
        return read(data)
    except UnexpectedBody as error:
        raise UnexpectedBody(operation, error.reason) from None


class Reader:
    """Takes the fields of one object; every complaint names the model and the field."""

    def __init__(self, model: str, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise UnexpectedBody(None, f"{model} is {_kind(data)}, not an object")
        self._model = model
        self._rest = dict(data)

    def need(self, name: str, convert: Callable[[Any], T]) -> T:
        """Take a field that is always there."""
        if name not in self._rest:
            raise UnexpectedBody(None, f"{self._model}.{name} is missing")
        return self._convert(name, convert)

    def may(self, name: str, convert: Callable[[Any], T]) -> T | Unset:
        """Take a field that may be absent."""
        return self._convert(name, convert) if name in self._rest else UNSET

    def rest(self) -> dict[str, Any]:
        """Return the fields that the contract does not know."""
        return self._rest

    def _convert(self, name: str, convert: Callable[[Any], T]) -> T:
        value = self._rest.pop(name)
        try:
            return convert(value)
        except ValueError as error:
            raise UnexpectedBody(None, f"{self._model}.{name} {error}") from None
        except UnexpectedBody as error:
            raise UnexpectedBody(None, f"{self._model}.{name}: {error.reason}") from None


def anything(value: Any) -> Any:
    """Any JSON value."""
    return value


def text(value: Any) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    raise ValueError(f"is {_kind(value)}, not a string")


def integer(value: Any) -> int:
    """A whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"is {_kind(value)}, not a whole number")


def number(value: Any) -> float:
    """A number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise ValueError(f"is {_kind(value)}, not a number")


def boolean(value: Any) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"is {_kind(value)}, not true or false")


def json_object(value: Any) -> dict[str, Any]:
    """A free-form object."""
    if isinstance(value, Mapping):
        return dict(value)
    raise ValueError(f"is {_kind(value)}, not an object")


def timestamp(value: Any) -> _datetime.datetime:
    """A date with a time, ISO 8601; `t` and `z` may be in lower case."""
    try:
        return _datetime.datetime.fromisoformat(text(value).upper())
    except ValueError:
        raise ValueError("is no date and time in ISO 8601") from None


def date(value: Any) -> _datetime.date:
    """A date, ISO 8601."""
    try:
        return _datetime.date.fromisoformat(text(value))
    except ValueError:
        raise ValueError("is no date in ISO 8601") from None


def uuid(value: Any) -> UUID:
    """A UUID."""
    try:
        return UUID(text(value))
    except ValueError:
        raise ValueError("is no UUID") from None


def member(kind: type[E]) -> Callable[[Any], E]:
    """A value of an open enumeration."""
    return lambda value: kind(text(value))


def list_of(convert: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """A list; a complaint about an item names its position."""

    def convert_list(value: Any) -> list[T]:
        if not isinstance(value, list):
            raise ValueError(f"is {_kind(value)}, not a list")
        items: list[T] = []
        for index, item in enumerate(value):
            try:
                items.append(convert(item))
            except ValueError as error:
                raise ValueError(f"[{index}] {error}") from None
            except UnexpectedBody as error:
                raise UnexpectedBody(None, f"[{index}]: {error.reason}") from None
        return items

    return convert_list


def nullable(convert: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """The value or null."""
    return lambda value: None if value is None else convert(value)


def unknown_member(kind: type[E], value: object) -> E | None:
    """Return a member for a value that the contract does not list: states belong to the server, which may add some."""
    if not isinstance(value, str):
        return None
    new: Callable[[type[E], str], E] = str.__new__  # type: ignore[assignment]
    result = new(kind, value)
    result._name_ = result._value_ = value
    return result


def _kind(value: Any) -> str:
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
