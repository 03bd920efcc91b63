"""Open enumeration `ListMolsearchDatabasesSearchType`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ListMolsearchDatabasesSearchType(StrEnum):
    """Known values.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    VALUE_0 = "2D"
    VALUE_1 = "3D"

    @classmethod
    def _missing_(cls, value: object) -> ListMolsearchDatabasesSearchType | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ListMolsearchDatabasesSearchType], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
