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
