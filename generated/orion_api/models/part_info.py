"""Model `PartInfo`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class PartInfo:
    """A received part.

    Attributes:
        number: Part number, counted from 1.
        size: Size of the part in bytes.
        sha256: SHA-256 digest of the part in lower-case hexadecimal.
        additional_properties: Fields that are not in the contract.
    """

    number: int
    size: int
    sha256: str
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "number": self.number,
                "size": self.size,
                "sha256": self.sha256,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("PartInfo", src_dict)
        return cls(
            number=read.read_required("number", _wire.parse_integer),
            size=read.read_required("size", _wire.parse_integer),
            sha256=read.read_required("sha256", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
