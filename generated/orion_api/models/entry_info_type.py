"""Open enumeration `EntryInfoType`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class EntryInfoType(StrEnum):
    """Type of the entry.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    FOLDER = "folder"
    FILE = "file"
    DATASET = "dataset"
    COLLECTION = "collection"

    @classmethod
    def _missing_(cls, value: object) -> EntryInfoType | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[EntryInfoType], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
