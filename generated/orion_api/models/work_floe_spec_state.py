"""WorkFloeSpecState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class WorkFloeSpecState(StrEnum):
    """State of a floe. Jobs can be started of a `ready` one; a `deprecated` one is there for its old jobs only.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    READY = "ready"
    DEPRECATED = "deprecated"

    @classmethod
    def _missing_(cls, value: object) -> WorkFloeSpecState | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[WorkFloeSpecState], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
