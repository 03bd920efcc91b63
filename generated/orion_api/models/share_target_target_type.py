"""ShareTargetTargetType, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ShareTargetTargetType(StrEnum):
    """Kind of those whom it is shared with.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    USER = "user"
    GROUP = "group"
    PROJECT = "project"
    ORGANIZATION = "organization"

    @classmethod
    def _missing_(cls, value: object) -> ShareTargetTargetType | None:
        return _wire.unknown_member(cls, value)
