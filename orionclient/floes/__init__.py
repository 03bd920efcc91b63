"""Floes of your own: Python functions that a job runs, described by their signature."""

from __future__ import annotations

from orionclient.floes._declaring import CollectionOut, DatasetOut, FileOut, Parameter, describe, floe
from orionclient.floes._progress import progress

__all__ = ["CollectionOut", "DatasetOut", "FileOut", "Parameter", "describe", "floe", "progress"]
