"""UploadState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class UploadState(StrEnum):
    """State of an upload: `open` while it takes parts, `complete` after complete_upload.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    OPEN = "open"
    COMPLETE = "complete"

    @classmethod
    def _missing_(cls, value: object) -> UploadState | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[UploadState], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
