"""CreateMolsearchQueryQueryType, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class CreateMolsearchQueryQueryType(StrEnum):
    """What is compared.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    TITLE = "title"
    SUBSEARCH = "subsearch"
    GRAPHSIM = "graphsim"
    FASTROCS = "fastrocs"

    @classmethod
    def _missing_(cls, value: object) -> CreateMolsearchQueryQueryType | None:
        return _wire.unknown_member(cls, value)
