"""UpdateShard, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@define(kw_only=True)
class UpdateShard:
    """The fields of a shard to set.

    Attributes:
        name: New display name.
        metadata: Free-form JSON object that takes the place of the whole old one; at most 262144 bytes as JSON in
            UTF-8 without blanks. A larger one is rejected with 422 (`metadata_too_large`).
    """

    name: str | Unset = UNSET
    metadata: JsonObject | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "metadata": self.metadata,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("UpdateShard", src_dict)
        return cls(
            name=read.may("name", _wire.text),
            metadata=read.may("metadata", _wire.json_object),
        )
