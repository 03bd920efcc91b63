"""Open enumeration `CreateExportFormat`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class CreateExportFormat(StrEnum):
    """Format of the file, `csv` or `json`. Defaults to `csv`.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    CSV = "csv"
    JSON = "json"

    @classmethod
    def _missing_(cls, value: object) -> CreateExportFormat | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[CreateExportFormat], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
