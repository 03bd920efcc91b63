"""Model `PartNumbers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class PartNumbers:
    """Part numbers to obtain presigned URLs for.

    Attributes:
        numbers: Part numbers, counted from 1.
    """

    numbers: list[int]

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "numbers": self.numbers,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("PartNumbers", src_dict)
        return cls(
            numbers=read.read_required("numbers", _wire.list_of(_wire.parse_integer)),
        )
