"""Serialize values as JSON, before a request; errors name the field."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import math
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from orionclient._runtime.plain import is_time, to_plain
from orionclient._transport.request import check_encodable
from orionclient.exceptions import ValidationError

# Documented as 256 kB of JSON; that 1 kB is 1024 bytes of compact UTF-8 JSON is assumed.
_MAX_METADATA_BYTES: Final = 256 * 1024

# Names of the classes of a missing value in pandas and NumPy.
_MISSING: Final = frozenset({"NAType", "NaTType", "MaskedConstant"})
_ADVICE: Final[tuple[tuple[Any, str], ...]] = (
    ((set, frozenset), "use a list"),
    ((dt.date, dt.time), "use its isoformat()"),
    (decimal.Decimal, "use float() or str()"),
    ((bytes, bytearray, memoryview), "use a string"),
    (Mapping, "use dict()"),
)
# Values that have a form in a query and none in JSON.
_QUERY: Final = (dt.date, dt.time, decimal.Decimal, enum.Enum, uuid.UUID)


def _convert(value: Any) -> Any:
    plain = to_plain(value)
    if plain is value:
        raise TypeError(f"Object of type {type(value).__name__}")
    return plain


_ENCODER: Final = json.JSONEncoder(allow_nan=False, default=_convert)
_COMPACT: Final = json.JSONEncoder(allow_nan=False, default=_convert, ensure_ascii=False, separators=(",", ":"))


def encode_json(what: str, value: Any) -> bytes:
    """Serialize a value as ASCII JSON. Scalars of NumPy and other objects with `__index__` are sent as the values that they are.

    Args:
        what: Name of the value, for the message.
        value: The value.

    Returns:
        The JSON.

    Raises:
        ValidationError: The value is not JSON serializable; the message has the path of the field, for example ``a.b[2]``.
    """
    return _encode(_ENCODER, what, value).encode()


def check_json(what: str, value: Any) -> str:
    """Serialize a value as compact JSON, as `encode_json` does.

    Args:
        what: Name of the value, for the message.
        value: The value.

    Returns:
        The JSON.

    Raises:
        ValidationError: As for `encode_json`, or a string contains a lone surrogate.
    """
    return _encode(_COMPACT, what, value)


def _encode(encoder: json.JSONEncoder, what: str, value: Any) -> str:
    try:
        encoded = encoder.encode(value)
        if encoder is _COMPACT:
            encoded.encode()
    except UnicodeEncodeError:
        check_encodable(value, what)
        raise
    except (TypeError, ValueError, RecursionError) as error:
        path, reason = next(_iter_problems(value, "", ()), ("", str(error)))
        field = f"field {path!r:.200}: " if path else ""
        raise ValidationError(f"{what} is not JSON serializable: {field}{reason}") from None
    return encoded


def _iter_problems(value: Any, path: str, parents: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Yield the path of each value that is not JSON serializable, and the reason."""
    if isinstance(value, dict | list | tuple):
        if id(value) in parents:
            yield path, "it contains itself"
            return
        if len(parents) > 200:
            yield path, "it is nested too deeply"
            return
        inside = (*parents, id(value))
        if not isinstance(value, dict):
            for index, item in enumerate(value):
                yield from _iter_problems(item, f"{path}[{index}]", inside)
            return
        for key, item in value.items():
            if not isinstance(key, str | int | float | bool | None):
                yield path, f"the key {key!r:.60} is not a string"
            yield from _iter_problems(item, f"{path}.{key}" if path else str(key), inside)
    elif reason := _find_reason(value):
        yield path, reason


def _find_reason(value: Any) -> str:
    """Say why a value that is not a container is not JSON serializable, and what to use; empty if it is."""
    kind, plain = type(value).__name__, to_plain(value)
    if isinstance(plain, float) and not math.isfinite(plain):
        return f"JSON has no {plain}; use None for a missing value"
    if plain is None or isinstance(plain, int | float | str):
        return ""
    if kind in _MISSING:
        advice = "use None for a missing value"
    elif is_time(value):
        advice = "use its astype(str)"
    elif hasattr(value, "tolist") and getattr(value, "shape", ()) != ():
        advice = "use its tolist()"
    elif hasattr(value, "declaration"):
        advice = "pass resources by id"
    else:
        advice = next((advice for types, advice in _ADVICE if isinstance(value, types)), "")
    return f"Object of type {kind}" + (f"; {advice}" if advice else "")


def check_query(what: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the values of query parameters: scalars of NumPy to Python's own, arrays, tuples and sets to lists.

    Args:
        what: Kind of parameter, for the message.
        given: Name -> value or values.

    Returns:
        Name -> value, or list of values.

    Raises:
        ValidationError: A value has no form in a query; the message has its name.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        if not isinstance(value, str) and hasattr(value, "tolist") and type(value).__name__ not in _MISSING:
            # An array. Times in nanoseconds would become integers.
            value = (value.astype(str) if is_time(value) else value).tolist()  # noqa: PLW2901 - an array
        many = isinstance(value, list | tuple | set | frozenset)
        values = [to_plain(each) for each in (value if many else (value,))]
        for each in values:
            if (not isinstance(each, _QUERY) or type(each).__name__ in _MISSING) and (reason := _find_reason(each)):
                raise ValidationError(f"{what} {name!r:.100} cannot be sent: {reason}")
        found[name] = values if many else values[0]
    return found


def check_mapping(what: str, given: Any) -> dict[str, Any] | None:
    """Copy a mapping that is sent as a JSON object.

    Args:
        what: Name of the value, for the message.
        given: The mapping; None if there is none.

    Returns:
        A deep copy; None if there is none.

    Raises:
        ValidationError: The value is not a mapping, or not JSON serializable.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ValidationError(f"{what} must be a mapping, not {type(given).__name__}")
    copied: dict[str, Any] = json.loads(check_json(what, dict(given)))
    return copied


def check_metadata(metadata: Any) -> dict[str, Any] | None:
    """Validate the metadata of a collection or shard.

    Args:
        metadata: The metadata; None if there is none.

    Returns:
        A deep copy; None if there is none.

    Raises:
        ValidationError: The metadata is not a JSON-serializable mapping, or is larger than 256 kB; the message has the size.
    """
    copied = check_mapping("metadata", metadata)
    check_encodable(copied, "metadata")
    size = len(check_json("metadata", copied).encode())
    if size > _MAX_METADATA_BYTES:
        raise ValidationError(f"the metadata has {size} bytes as JSON; the maximum is {_MAX_METADATA_BYTES}")
    return copied
