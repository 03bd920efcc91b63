"""Open enumeration `EntryInfoState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class EntryInfoState(StrEnum):
    """State of a file or collection; missing for other entries.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    READY = "ready"
    UPLOADING = "uploading"
    OPEN = "open"
    PROCESSING = "processing"
    ERROR = "error"
    DELETING = "deleting"

    @classmethod
    def _missing_(cls, value: object) -> EntryInfoState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[EntryInfoState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
