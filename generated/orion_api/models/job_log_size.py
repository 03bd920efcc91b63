"""Model `JobLogSize`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class JobLogSize:
    """Size of the log of a job.

    Attributes:
        size: Stored bytes of the log.
        written: Bytes that the job has written in all, those that are omitted from a long log included.
        additional_properties: Fields that are not in the contract.
    """

    size: int
    written: int
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "size": self.size,
                "written": self.written,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("JobLogSize", src_dict)
        return cls(
            size=read.read_required("size", _wire.parse_integer),
            written=read.read_required("written", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
