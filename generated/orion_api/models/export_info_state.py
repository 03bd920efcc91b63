"""Open enumeration `ExportInfoState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ExportInfoState(StrEnum):
    """State of the export, `processing`, `ready` or `error`.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    PROCESSING = "processing"
    READY = "ready"
    ERROR = "error"

    @classmethod
    def _missing_(cls, value: object) -> ExportInfoState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ExportInfoState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
