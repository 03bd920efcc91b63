"""Open enumeration `ServiceTaskState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ServiceTaskState(StrEnum):
    """State of a service task: `queued` while it waits for an instance or starts, `running`, `stopped`, or `failed`
    if the service ended by itself.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"

    @classmethod
    def _missing_(cls, value: object) -> ServiceTaskState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ServiceTaskState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
