"""Open enumeration `PackageState`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class PackageState(StrEnum):
    """State of a package. `ready`, `queued` and `error` are listed. A `queued` package has an archive whose floes
    are not available yet, and one that is `uploading` has none (assumed).

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    UPLOADING = "uploading"
    QUEUED = "queued"
    READY = "ready"
    ERROR = "error"

    @classmethod
    def _missing_(cls, value: object) -> PackageState | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[PackageState], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
