"""Imports the HTTP library: httpx, or httpx2 if selected by ORION_HTTP_LIBRARY."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from orion_api._shared import get_http_library

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    import httpcore
    import httpx
else:
    try:
        _NAME = get_http_library()
    except ValueError as error:
        raise ValidationError(str(error)) from None
    httpx = importlib.import_module(_NAME)
    httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))

__all__ = ["httpcore", "httpx"]
