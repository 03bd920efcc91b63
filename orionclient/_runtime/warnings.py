"""Warnings that point at the caller's code, at any call depth inside this package."""

from __future__ import annotations

import sys
import warnings
from typing import Final

_OWN_PACKAGES: Final = frozenset({"orionclient", "orion_api", "contextlib"})


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Emit a warning for the first frame outside this package, on every call unless a warning filter suppresses it.

    Args:
        message: Message of the warning.
        category: Class of the warning.
    """
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _OWN_PACKAGES:
        frame = frame.f_back
    warnings.warn_explicit(message, category, frame.f_code.co_filename, frame.f_lineno)
