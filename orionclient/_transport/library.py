"""Imports the HTTP library: httpx, or httpx2 if selected by ORION_HTTP_LIBRARY."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from orion_api._shared import get_http_library

from orionclient.exceptions import ValidationError

try:
    _NAME = get_http_library()
except ValueError as error:
    raise ValidationError(str(error)) from None
if TYPE_CHECKING:
    import httpcore
else:
    httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))

__all__ = ["httpcore", "load_httpx"]


def load_httpx(*preferred: str) -> Any:
    """Import the library above `httpcore`; only rare URLs and transports of the caller need it, and it takes longer to import.

    Args:
        *preferred: Names of modules; the first one that is such a library is imported, or else the selected library.

    Returns:
        The module `httpx` or `httpx2`.
    """
    return importlib.import_module(next((name for name in preferred if name in {"httpx", "httpx2"}), _NAME))
