"""The contract itself: the merged document, and strict models of it (module `models`, needs pydantic)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def load() -> dict[str, Any]:
    """Return the merged OpenAPI document; a new copy each time."""
    document: dict[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    return document
