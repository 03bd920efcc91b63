"""CollectionState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class CollectionState(StrEnum):
    """State of a collection. `open` (documented) takes shards, `ready` (observed) does not; `processing` is the way
    from the one to the other, `error` where that failed, `deleting` while it is removed (these three are
    assumed).

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    OPEN = "open"
    PROCESSING = "processing"
    READY = "ready"
    ERROR = "error"
    DELETING = "deleting"

    @classmethod
    def _missing_(cls, value: object) -> CollectionState | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[CollectionState], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
