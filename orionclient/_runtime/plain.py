"""Convert scalars of NumPy and similar libraries to Python's own types, without importing those libraries."""

from __future__ import annotations

import numbers
import operator
from typing import Any, Final

_PLAIN: Final = (str, int, float, bool, type(None))


def to_plain(value: Any) -> Any:
    """Convert a scalar of NumPy, pandas or a similar library, and anything else with `__index__`.

    Args:
        value: Any value.

    Returns:
        The bool, int, float or string that the scalar is; every other value unchanged.
    """
    if isinstance(value, _PLAIN):
        return value
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        found = value.item()
        # A long double has no form in Python, and is its own item.
        found = float(found) if isinstance(found, numbers.Real) and not isinstance(found, _PLAIN) else found
        return found if isinstance(found, _PLAIN) else value
    try:
        return operator.index(value)
    except TypeError:
        return value
