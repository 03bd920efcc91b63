"""Convert scalars of NumPy and similar libraries to Python's own types, without importing those libraries."""

from __future__ import annotations

import contextlib
import numbers
import operator
from typing import Any, Final

_PLAIN: Final = (str, int, float, bool, type(None))


def to_plain(value: Any) -> Any:
    """Convert a scalar of NumPy, pandas or a similar library, and anything else with `__index__`.

    Args:
        value: Any value.

    Returns:
        The bool, int, float or string that the scalar is; every other value unchanged, also one that raises an error here.
    """
    if isinstance(value, _PLAIN):
        return value
    with contextlib.suppress(Exception):
        if value.shape == () and hasattr(value, "item"):
            return _find_item(value)
    with contextlib.suppress(Exception):
        return operator.index(value)
    return value


def is_time(value: Any) -> bool:
    """Check whether a value is a time or duration of NumPy, whose item is an int if its unit is the nanosecond."""
    return getattr(getattr(value, "dtype", None), "kind", None) in {"M", "m"}


def _find_item(value: Any) -> Any:
    # The item of a masked value is what the mask hides.
    if is_time(value) or (hasattr(value, "filled") and value.mask):
        return value
    found = value.item()
    # A long double has no form in Python, and is its own item.
    found = float(found) if isinstance(found, numbers.Real) and not isinstance(found, _PLAIN) else found
    return found if isinstance(found, _PLAIN) else value
