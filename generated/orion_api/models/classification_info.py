"""Model `ClassificationInfo`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class ClassificationInfo:
    """A node of the tree of classifications.

    Attributes:
        name: Last component of the path.
        path: Names from the top level to this classification, joined by `/`; unique (the form is assumed).
        depth: Count of names in the path; 1 is the top level (the value is assumed).
        count: Count of floes in this classification and below it.
        additional_properties: Fields that are not in the contract.
    """

    name: str
    path: str
    depth: int
    count: int
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "name": self.name,
                "path": self.path,
                "depth": self.depth,
                "count": self.count,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("ClassificationInfo", src_dict)
        return cls(
            name=read.read_required("name", _wire.parse_string),
            path=read.read_required("path", _wire.parse_string),
            depth=read.read_required("depth", _wire.parse_integer),
            count=read.read_required("count", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
