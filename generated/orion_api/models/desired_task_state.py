"""Open enumeration `DesiredTaskState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class DesiredTaskState(StrEnum):
    """State that a service task should be in.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    RUNNING = "running"
    STOPPED = "stopped"

    @classmethod
    def _missing_(cls, value: object) -> DesiredTaskState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[DesiredTaskState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
