"""Model `PackageInspection`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .package_state import PackageState
    from .work_floe_spec_info import WorkFloeSpecInfo


@_attrs.define(kw_only=True)
class PackageInspection:
    """What was found in a package.

    Attributes:
        id: Id of the package.
        state: State of the package.
        floes: Floes of the package, without their specifications and without deleted ones.
        errors: Why the state is `error`, one sentence per error.
        warnings: What may fail when the floes run, for example requirements that are not installed.
        log: End of the output of the inspection, at most 64 KiB.
        finished: Time the inspection ended, ISO 8601 in UTC; null before that.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    state: PackageState
    floes: list[WorkFloeSpecInfo]
    errors: list[str]
    warnings: list[str]
    log: str
    finished: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "state": self.state,
                "floes": self.floes,
                "errors": self.errors,
                "warnings": self.warnings,
                "log": self.log,
                "finished": self.finished,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .package_state import PackageState
        from .work_floe_spec_info import WorkFloeSpecInfo

        read = _wire.Reader("PackageInspection", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            state=read.read_required("state", _wire.enum_of(PackageState)),
            floes=read.read_required("floes", _wire.list_of(WorkFloeSpecInfo.from_dict)),
            errors=read.read_required("errors", _wire.list_of(_wire.parse_string)),
            warnings=read.read_required("warnings", _wire.list_of(_wire.parse_string)),
            log=read.read_required("log", _wire.parse_string),
            finished=read.read_optional("finished", _wire.nullable(_wire.parse_datetime)),
            additional_properties=read.get_unknown_fields(),
        )
