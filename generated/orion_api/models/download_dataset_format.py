"""DownloadDatasetFormat, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class DownloadDatasetFormat(StrEnum):
    """Known values.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    BINARY = "binary"
    JSON = "json"
    CSV = "csv"
    SDF = "sdf"
    SMI = "smi"

    @classmethod
    def _missing_(cls, value: object) -> DownloadDatasetFormat | None:
        return _wire.unknown_member(cls, value)
