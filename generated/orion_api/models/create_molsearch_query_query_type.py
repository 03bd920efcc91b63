"""Open enumeration `CreateMolsearchQueryQueryType`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class CreateMolsearchQueryQueryType(StrEnum):
    """Type of the query.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    TITLE = "title"
    SUBSEARCH = "subsearch"
    GRAPHSIM = "graphsim"
    EXACT = "exact"
    FASTROCS = "fastrocs"

    @classmethod
    def _missing_(cls, value: object) -> CreateMolsearchQueryQueryType | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[CreateMolsearchQueryQueryType], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
