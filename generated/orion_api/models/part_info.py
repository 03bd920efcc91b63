"""PartInfo, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire


@define(kw_only=True)
class PartInfo:
    """A part that is there.

    Attributes:
        number: Number of the part, counted from 1.
        size: Length of the part in bytes.
        sha256: SHA-256 digest of the part in lower-case hexadecimal.
        additional_properties: Fields that the contract does not know.
    """

    number: int
    size: int
    sha256: str
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("PartInfo", src_dict)
        return cls(
            number=read.need("number", _wire.integer),
            size=read.need("size", _wire.integer),
            sha256=read.need("sha256", _wire.text),
            additional_properties=read.rest(),
        )
