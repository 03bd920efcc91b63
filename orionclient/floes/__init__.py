"""Define floes: Python functions that jobs run, with parameters derived from their signature."""

from __future__ import annotations

from orionclient.floes._declaring import (
    COMPUTE_CUBE,
    SINK_CUBE,
    SOURCE_CUBE,
    CollectionOut,
    DatasetOut,
    FileOut,
    Parameter,
    describe,
    floe,
)
from orionclient.floes._progress import progress

__all__ = [
    "COMPUTE_CUBE",
    "SINK_CUBE",
    "SOURCE_CUBE",
    "CollectionOut",
    "DatasetOut",
    "FileOut",
    "Parameter",
    "describe",
    "floe",
    "progress",
]
