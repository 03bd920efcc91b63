"""UploadTargets, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire

if TYPE_CHECKING:
    from .upload_target import UploadTarget


@define(kw_only=True)
class UploadTargets:
    """Addresses for parts.

    Attributes:
        targets: One address for each number, in the same order.
        additional_properties: Fields that the contract does not know.
    """

    targets: list[UploadTarget]
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "targets": self.targets,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .upload_target import UploadTarget

        read = _wire.Reader("UploadTargets", src_dict)
        return cls(
            targets=read.need("targets", _wire.list_of(UploadTarget.from_dict)),
            additional_properties=read.rest(),
        )
