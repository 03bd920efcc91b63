"""PathAssignmentResourceType, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class PathAssignmentResourceType(StrEnum):
    """Name of the kind of resource.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    DATASET = "dataset"
    FILE = "file"

    @classmethod
    def _missing_(cls, value: object) -> PathAssignmentResourceType | None:
        return _wire.unknown_member(cls, value)
