"""Open enumeration `ShareTargetTargetType`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ShareTargetTargetType(StrEnum):
    """Type of the share target.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    USER = "user"
    GROUP = "group"
    PROJECT = "project"
    WORKSPACE = "workspace"
    ORGANIZATION = "organization"

    @classmethod
    def _missing_(cls, value: object) -> ShareTargetTargetType | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ShareTargetTargetType], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
