"""Open enumeration `CollectionState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class CollectionState(StrEnum):
    """State of a collection. `open` (documented): shards can be added. `ready` (observed): closed, no shards can be
    added. `processing`: the collection is being closed. `error`: closing failed. `deleting`: the collection is
    being deleted (these three are assumed).

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    OPEN = "open"
    PROCESSING = "processing"
    READY = "ready"
    ERROR = "error"
    DELETING = "deleting"

    @classmethod
    def _missing_(cls, value: object) -> CollectionState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[CollectionState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
