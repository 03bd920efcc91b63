"""JobState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class JobState(StrEnum):
    """State of a job. `complete` (documented) is the end of every job; `queued` and `running` are assumed.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"

    @classmethod
    def _missing_(cls, value: object) -> JobState | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[JobState], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
