"""Open enumeration `ExportInfoReportType`."""

from __future__ import annotations

from enum import StrEnum

from .. import _wire


class ExportInfoReportType(StrEnum):
    """Type of the report, `jobs_summary` (assumed), `storage_use` or `spend_summary` (both listed).

    Open enumeration: an unknown value becomes a new member, equal to its string.
    """

    JOBS_SUMMARY = "jobs_summary"
    STORAGE_USE = "storage_use"
    SPEND_SUMMARY = "spend_summary"

    @classmethod
    def _missing_(cls, value: object) -> ExportInfoReportType | None:
        return _wire.create_unknown_member(cls, value)

    def __reduce_ex__(self, protocol: object) -> tuple[type[ExportInfoReportType], tuple[str]]:
        # Pickled by value: some releases of Python 3.11 pickle members by name, which unknown members do not have.
        return type(self), (self.value,)
