"""Open enumeration `MolsearchQueryState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class MolsearchQueryState(StrEnum):
    """State of a query. `SUCCESS` is documented, the others are assumed.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"

    @classmethod
    def _missing_(cls, value: object) -> MolsearchQueryState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[MolsearchQueryState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
