"""The OpenAPI document of the contract; strict models of its schemas are in `models` and `queries` (need pydantic)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def load() -> dict[str, Any]:
    """Load the merged OpenAPI document; each call returns a new copy."""
    document: dict[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    return document
