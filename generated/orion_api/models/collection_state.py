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
