"""Open enumeration `WorkFloeSpecState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class WorkFloeSpecState(StrEnum):
    """State of a floe. Jobs can be started only from a `ready` floe; a `deprecated` floe is available only to its
    existing jobs.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    READY = "ready"
    DEPRECATED = "deprecated"

    @classmethod
    def _missing_(cls, value: object) -> WorkFloeSpecState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[WorkFloeSpecState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
