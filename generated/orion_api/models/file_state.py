"""FileState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class FileState(StrEnum):
    """State of a file. Orion shows `ready`; the other is assumed.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    READY = "ready"
    UPLOADING = "uploading"

    @classmethod
    def _missing_(cls, value: object) -> FileState | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[FileState], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
