"""Open enumeration `TagMatch`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class TagMatch(StrEnum):
    """How tags are compared.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    EXACT = "exact"
    IEXACT = "iexact"
    CONTAINS = "contains"
    ICONTAINS = "icontains"
    STARTSWITH = "startswith"
    ISTARTSWITH = "istartswith"

    @classmethod
    def _missing_(cls, value: object) -> TagMatch | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[TagMatch], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
