"""Model `ExportPage`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .export_info import ExportInfo


@_attrs.define(kw_only=True)
class ExportPage:
    """A page of exports.

    Attributes:
        count: Total count of items over all pages.
        next: Link to the next page; null on the last page.
        results: Items of this page.
        additional_properties: Fields that are not in the contract.
    """

    count: int
    next: str | None
    results: list[ExportInfo]
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "count": self.count,
                "next": self.next,
                "results": self.results,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .export_info import ExportInfo

        read = _wire.Reader("ExportPage", src_dict)
        return cls(
            count=read.read_required("count", _wire.parse_integer),
            next=read.read_required("next", _wire.nullable(_wire.parse_string)),
            results=read.read_required("results", _wire.list_of(ExportInfo.from_dict)),
            additional_properties=read.get_unknown_fields(),
        )
