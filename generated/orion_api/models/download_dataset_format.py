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

    def __reduce_ex__(self, protocol: object) -> tuple[type[DownloadDatasetFormat], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
