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
