"""Model `EntryResults`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .entry_info import EntryInfo


@_attrs.define(kw_only=True)
class EntryResults:
    """The entries that an operation made, moved or removed.

    Attributes:
        results: The entries.
        additional_properties: Fields that are not in the contract.
    """

    results: list[EntryInfo]
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
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
        from .entry_info import EntryInfo

        read = _wire.Reader("EntryResults", src_dict)
        return cls(
            results=read.read_required("results", _wire.list_of(EntryInfo.from_dict)),
            additional_properties=read.get_unknown_fields(),
        )
