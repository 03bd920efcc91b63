"""Define floes: Python functions that jobs run, with parameters derived from their signature."""

from __future__ import annotations

from orionclient.floes._declaring import CollectionOut, DatasetOut, FileOut, Parameter, describe, floe
from orionclient.floes._progress import progress

__all__ = ["CollectionOut", "DatasetOut", "FileOut", "Parameter", "describe", "floe", "progress"]
