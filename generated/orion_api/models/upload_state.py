"""Open enumeration `UploadState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class UploadState(StrEnum):
    """State of an upload: `open` while it accepts parts, `complete` after complete_upload.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    OPEN = "open"
    COMPLETE = "complete"

    @classmethod
    def _missing_(cls, value: object) -> UploadState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[UploadState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
