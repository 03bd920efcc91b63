"""Open enumeration `FileState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class FileState(StrEnum):
    """State of a file. Orion returns `ready`; `uploading` is assumed.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    READY = "ready"
    UPLOADING = "uploading"

    @classmethod
    def _missing_(cls, value: object) -> FileState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[FileState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
