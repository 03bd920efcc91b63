"""CreateMolsearchDatabaseSearchType, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class CreateMolsearchDatabaseSearchType(StrEnum):
    """What it is for; without it `2D`.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    VALUE_0 = "2D"
    VALUE_1 = "3D"

    @classmethod
    def _missing_(cls, value: object) -> CreateMolsearchDatabaseSearchType | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[CreateMolsearchDatabaseSearchType], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
