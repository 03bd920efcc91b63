"""Open enumeration `UploadDatasetContentFormat`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class UploadDatasetContentFormat(StrEnum):
    """Known values.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    SDF = "sdf"
    SMI = "smi"
    CSV = "csv"
    JSON = "json"
    BINARY = "binary"

    @classmethod
    def _missing_(cls, value: object) -> UploadDatasetContentFormat | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[UploadDatasetContentFormat], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
