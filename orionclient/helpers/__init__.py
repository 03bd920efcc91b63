"""Helpers on top of the session: published shard and sweep helpers, storage, file names, progress bars and reports, loaded lazily."""

from __future__ import annotations

import importlib
from typing import Any

_MODULES = ("collections", "filenames", "storage", "parameterize", "progress", "reports")

__all__ = ["collections", "filenames", "parameterize", "progress", "reports", "storage"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"orionclient.helpers.{name}")
    raise AttributeError(f"module 'orionclient.helpers' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
