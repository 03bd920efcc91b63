"""Open enumeration `ListEntriesOrderBy`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ListEntriesOrderBy(StrEnum):
    """Known values.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    NAME = "name"
    ID = "id"
    CREATED = "created"
    TYPE = "type"

    @classmethod
    def _missing_(cls, value: object) -> ListEntriesOrderBy | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ListEntriesOrderBy], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
