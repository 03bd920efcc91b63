"""Model `ExportInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .export_info_format import ExportInfoFormat
    from .export_info_report_type import ExportInfoReportType
    from .export_info_state import ExportInfoState
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class ExportInfo:
    """A report that the server writes as a file.

    Attributes:
        id: Id of the export; unique within the stack.
        name: Name of the file, for example `jobs_summary-1.csv`.
        report_type: Type of the report, `jobs_summary` (assumed), `storage_use` or `spend_summary` (both listed).
        state: State of the export, `processing`, `ready` or `error`.
        reason: Why the state is `error`, one sentence; otherwise empty.
        format: Format of the file, `csv` or `json`.
        parameters: The period and the filters as they were sent.
        notify: Whether the caller is notified when the report is ready.
        notified: Time of the notification, ISO 8601 in UTC; null until then, and without `notify`.
        count: Count of rows; 0 until the report is ready.
        size: Size of the file in bytes; 0 until the report is ready.
        sha256: SHA-256 digest of the file in lower-case hexadecimal; null until the report is ready.
        created: Time the export was created, ISO 8601 in UTC.
        finished: Time the report was ready or failed, ISO 8601 in UTC; null until then.
        owner: Id of the user who created the export.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    report_type: ExportInfoReportType
    state: ExportInfoState
    reason: str
    format: ExportInfoFormat | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    notify: bool | Unset = UNSET
    notified: datetime.datetime | None | Unset = UNSET
    count: int | Unset = UNSET
    size: int | Unset = UNSET
    sha256: str | None | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    finished: datetime.datetime | None | Unset = UNSET
    owner: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "report_type": self.report_type,
                "state": self.state,
                "reason": self.reason,
                "format": self.format,
                "parameters": self.parameters,
                "notify": self.notify,
                "notified": self.notified,
                "count": self.count,
                "size": self.size,
                "sha256": self.sha256,
                "created": self.created,
                "finished": self.finished,
                "owner": self.owner,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .export_info_format import ExportInfoFormat
        from .export_info_report_type import ExportInfoReportType
        from .export_info_state import ExportInfoState

        read = _wire.Reader("ExportInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            report_type=read.read_required("report_type", _wire.enum_of(ExportInfoReportType)),
            state=read.read_required("state", _wire.enum_of(ExportInfoState)),
            reason=read.read_required("reason", _wire.parse_string),
            format=read.read_optional("format", _wire.enum_of(ExportInfoFormat)),
            parameters=read.read_optional("parameters", _wire.parse_object),
            notify=read.read_optional("notify", _wire.parse_boolean),
            notified=read.read_optional("notified", _wire.nullable(_wire.parse_datetime)),
            count=read.read_optional("count", _wire.parse_integer),
            size=read.read_optional("size", _wire.parse_integer),
            sha256=read.read_optional("sha256", _wire.nullable(_wire.parse_string)),
            created=read.read_optional("created", _wire.parse_datetime),
            finished=read.read_optional("finished", _wire.nullable(_wire.parse_datetime)),
            owner=read.read_optional("owner", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
