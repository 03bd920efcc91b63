"""Model `CreateExport`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_export_format import CreateExportFormat
    from .create_export_report_type import CreateExportReportType


@_attrs.define(kw_only=True)
class CreateExport:
    """Fields of a new export.

    Attributes:
        report_type: Type of the report, `jobs_summary` (assumed), `storage_use` or `spend_summary` (both listed).
        format: Format of the file, `csv` or `json`. Defaults to `csv`.
        start_date: Start of the period, an ISO 8601 date or time, UTC unless it has an offset. Jobs that ended before
            it are omitted, and content is charged from then on.
        end_date: End of the period, an ISO 8601 date or time, UTC unless it has an offset. A date includes that day,
            a time is exclusive. Defaults to now.
        package_uuids: Only jobs of floes of these packages, by the `uuid` in their manifests. For `jobs_summary`.
        workfloe_uuid: Only jobs of the floe with this uuid. For `jobs_summary`.
        job_ids: Only these jobs. For `jobs_summary`.
        notify: Whether to notify the caller when the report is ready. The local Orion sends no messages: it sets
            `notified` and writes a line to its log. Defaults to false.
    """

    report_type: CreateExportReportType
    format: CreateExportFormat | Unset = UNSET
    start_date: str | Unset = UNSET
    end_date: str | Unset = UNSET
    package_uuids: list[str] | Unset = UNSET
    workfloe_uuid: str | Unset = UNSET
    job_ids: list[int] | Unset = UNSET
    notify: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "report_type": self.report_type,
                "format": self.format,
                "start_date": self.start_date,
                "end_date": self.end_date,
                "package_uuids": self.package_uuids,
                "workfloe_uuid": self.workfloe_uuid,
                "job_ids": self.job_ids,
                "notify": self.notify,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .create_export_format import CreateExportFormat
        from .create_export_report_type import CreateExportReportType

        read = _wire.Reader("CreateExport", src_dict)
        return cls(
            report_type=read.read_required("report_type", _wire.enum_of(CreateExportReportType)),
            format=read.read_optional("format", _wire.enum_of(CreateExportFormat)),
            start_date=read.read_optional("start_date", _wire.parse_string),
            end_date=read.read_optional("end_date", _wire.parse_string),
            package_uuids=read.read_optional("package_uuids", _wire.list_of(_wire.parse_string)),
            workfloe_uuid=read.read_optional("workfloe_uuid", _wire.parse_string),
            job_ids=read.read_optional("job_ids", _wire.list_of(_wire.parse_integer)),
            notify=read.read_optional("notify", _wire.parse_boolean),
        )
