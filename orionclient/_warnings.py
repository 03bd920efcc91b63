"""Warnings that point at the line of the caller's own code, however many rooms of ours lie between."""

from __future__ import annotations

import sys
import warnings
from typing import Final

_OWN_PACKAGES: Final = frozenset({"orionclient", "orion_api", "contextlib"})


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, every time anew unless the caller's filters say otherwise.

    Args:
        message: The text.
        category: Class of the warning.
    """
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _OWN_PACKAGES:
        frame = frame.f_back
    warnings.warn_explicit(message, category, frame.f_code.co_filename, frame.f_lineno)
