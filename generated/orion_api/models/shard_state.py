"""Open enumeration `ShardState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ShardState(StrEnum):
    """State of a shard (documented): `open` without content, `temporary` with content that is not final, `ready`
    after close_shard.

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    OPEN = "open"
    TEMPORARY = "temporary"
    READY = "ready"

    @classmethod
    def _missing_(cls, value: object) -> ShardState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ShardState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
