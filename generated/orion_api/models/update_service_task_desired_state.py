"""Open enumeration `UpdateServiceTaskDesiredState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class UpdateServiceTaskDesiredState(StrEnum):
    """`running` starts the task, `stopped` stops it.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    RUNNING = "running"
    STOPPED = "stopped"

    @classmethod
    def _missing_(cls, value: object) -> UpdateServiceTaskDesiredState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[UpdateServiceTaskDesiredState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
