"""Open enumeration `DownloadMolsearchHitsFormat`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class DownloadMolsearchHitsFormat(StrEnum):
    """Known values.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    BINARY = "binary"
    JSON = "json"
    CSV = "csv"
    SDF = "sdf"
    SMI = "smi"

    @classmethod
    def _missing_(cls, value: object) -> DownloadMolsearchHitsFormat | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[DownloadMolsearchHitsFormat], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
