"""Strict JSON decoding and encoding: no duplicate names, no NaN, no lone surrogates."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_DEPTH = 100


def loads(text: str, *, whole: bool = False) -> Any:
    """Decode one JSON document.

    Args:
        text: The document.
        whole: Whether to decode numbers like 3.0 as integers, as JSON Schema does. Defaults to False.

    Raises:
        ValueError: The text is not a valid JSON document.
    """
    try:
        value = (_WHOLE if whole else _DECODER).decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"invalid JSON at character {error.pos + 1}: {error.msg}") from None
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    if text.count("[") + text.count("{") > _MAX_DEPTH:
        _reject_depth(value)
    if "\\u" in text:
        _reject_surrogates(value)
    return value


def dumps(value: Any) -> str:
    """Encode a value in the shortest form."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _reject_surrogates(value: Any) -> None:
    try:
        dumps(value).encode()
    except UnicodeEncodeError:
        raise ValueError("the JSON contains a lone surrogate") from None


def _reject_depth(value: Any) -> None:
    # The value may be encoded later with a deeper call stack, so the depth is limited here.
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise ValueError("the JSON is nested too deeply")


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"duplicate name {twice[:100]!r} in a JSON object")
    return result


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:40]} is out of range")
    return number


def _parse_whole_number(text: str) -> float | int:
    number = _parse_float(text)
    return int(number) if number.is_integer() else number


def _parse_integer(text: str) -> int:
    # int() has its own limit, but its message is about Python.
    if len(text) > 1000:
        raise ValueError("an integer has more than 1000 digits")
    return int(text)


def _reject_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_check_pairs, parse_float=_parse_float, parse_int=_parse_integer, parse_constant=_reject_constant
)
_WHOLE = json.JSONDecoder(
    object_pairs_hook=_check_pairs,
    parse_float=_parse_whole_number,
    parse_int=_parse_integer,
    parse_constant=_reject_constant,
)
