"""ShardState, an open enumeration."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ShardState(StrEnum):
    """State of a shard (documented): `open` without content, `temporary` with content that is not final, `ready`
    after close_shard.

    Open: a value that is not listed here becomes a member of its own, equal to its text.
    """

    OPEN = "open"
    TEMPORARY = "temporary"
    READY = "ready"

    @classmethod
    def _missing_(cls, value: object) -> ShardState | None:
        return _wire.unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ShardState], tuple[str]]:
        # By value: some releases of Python 3.11 pickle members by name, which a value that is not listed does not have.
        return type(self), (self.value,)
