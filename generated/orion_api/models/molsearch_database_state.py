"""Open enumeration `MolsearchDatabaseState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class MolsearchDatabaseState(StrEnum):
    """State of a database. `LOADED` is documented, the others are assumed.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    LOADING = "LOADING"
    LOADED = "LOADED"
    UNLOADED = "UNLOADED"
    ERROR = "ERROR"

    @classmethod
    def _missing_(cls, value: object) -> MolsearchDatabaseState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[MolsearchDatabaseState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
