"""UploadDatasetContentFormat, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class UploadDatasetContentFormat(StrEnum):
    """Known values.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    SDF = "sdf"
    SMI = "smi"
    CSV = "csv"
    JSON = "json"
    BINARY = "binary"

    @classmethod
    def _missing_(cls, value: object) -> UploadDatasetContentFormat | None:
        return _wire.unknown_member(cls, value)
