"""Imports the HTTP library: httpx, or httpx2 if selected by ORION_HTTP_LIBRARY."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    import httpcore
    import httpx
else:
    _NAME = os.environ.get("ORION_HTTP_LIBRARY") or "httpx"
    if _NAME not in {"httpx", "httpx2"}:
        raise ValidationError(f"ORION_HTTP_LIBRARY must be 'httpx' or 'httpx2', not {_NAME!r:.60}")
    # If click and rich are installed, the library would import its own command line, which takes some 50 ms.
    sys.modules.setdefault(f"{_NAME}._main", None)
    httpx = importlib.import_module(_NAME)
    httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))

__all__ = ["httpcore", "httpx"]
