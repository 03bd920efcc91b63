"""Model `UploadTargets`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .upload_target import UploadTarget


@_attrs.define(kw_only=True)
class UploadTargets:
    """Presigned URLs for parts.

    Attributes:
        targets: One URL for each part number, in the same order.
        additional_properties: Fields that are not in the contract.
    """

    targets: list[UploadTarget]
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "targets": self.targets,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .upload_target import UploadTarget

        read = _wire.Reader("UploadTargets", src_dict)
        return cls(
            targets=read.read_required("targets", _wire.list_of(UploadTarget.from_dict)),
            additional_properties=read.get_unknown_fields(),
        )
