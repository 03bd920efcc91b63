"""Open enumeration `JobState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class JobState(StrEnum):
    """State of a job. `complete` (documented) is the final state of every job; `queued` and `running` are assumed.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"

    @classmethod
    def _missing_(cls, value: object) -> JobState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[JobState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
