"""MolsearchDatabaseState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class MolsearchDatabaseState(StrEnum):
    """State of a database. `LOADED` is documented, the others are assumed.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    LOADING = "LOADING"
    LOADED = "LOADED"
    ERROR = "ERROR"

    @classmethod
    def _missing_(cls, value: object) -> MolsearchDatabaseState | None:
        return _wire.unknown_member(cls, value)
