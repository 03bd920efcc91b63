"""Model `CreateShard`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class CreateShard:
    """Fields of a new shard.

    Attributes:
        name: Display name; need not be unique. Defaults to an empty string.
        metadata: Free-form JSON object of at most 262144 bytes, as compact JSON in UTF-8. A larger object is rejected
            with 422 (`metadata_too_large`).
    """

    name: str | Unset = UNSET
    metadata: JsonObject | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "metadata": self.metadata,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("CreateShard", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            metadata=read.read_optional("metadata", _wire.parse_object),
        )
