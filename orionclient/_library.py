"""Which HTTP library does the work: httpx, or httpx2 where ORION_HTTP_LIBRARY says so."""

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
        raise ValidationError(f"ORION_HTTP_LIBRARY is 'httpx' or 'httpx2', not {_NAME!r}")
    # Where click and rich are installed the library would load its own command line, at some 50 ms.
    sys.modules.setdefault(f"{_NAME}._main", None)
    httpx = importlib.import_module(_NAME)
    httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))

__all__ = ["httpcore", "httpx"]
