"""PackageState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class PackageState(StrEnum):
    """State of a package (all are assumed).

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    UPLOADING = "uploading"
    PROCESSING = "processing"
    READY = "ready"
    ERROR = "error"

    @classmethod
    def _missing_(cls, value: object) -> PackageState | None:
        return _wire.unknown_member(cls, value)
