"""PartPage, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire

if TYPE_CHECKING:
    from .part_info import PartInfo


@define(kw_only=True)
class PartPage:
    """One page of parts.

    Attributes:
        count: Number of items in all pages together.
        next: Link to the next page, null on the last.
        results: The items of this page.
        additional_properties: Fields that the contract does not know.
    """

    count: int
    next: None | str
    results: list[PartInfo]
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .part_info import PartInfo

        read = _wire.Reader("PartPage", src_dict)
        return cls(
            count=read.need("count", _wire.integer),
            next=read.need("next", _wire.nullable(_wire.text)),
            results=read.need("results", _wire.list_of(PartInfo.from_dict)),
            additional_properties=read.rest(),
        )
