"""ShardInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .shard_state import ShardState


@define(kw_only=True)
class ShardInfo:
    """A shard without its content.

    Attributes:
        id: Number of the shard, unique in the stack; greater than 2^53 in a collection of version 2.
        collection: Id of the collection that the shard belongs to.
        name: Display name; may be empty and need not be unique.
        state: Whether the content is there and final.
        metadata: Free-form JSON object, as it was given.
        id_str: The same number as text, which survives programs that read every number as a double. The name is
            documented for links.
        size: Length of the content in bytes; 0 before the upload.
        created: When the shard was made, ISO 8601 in UTC.
        sha256: SHA-256 digest of the content in lower-case hexadecimal; null before the upload.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    collection: int
    name: str
    state: ShardState
    metadata: JsonObject
    id_str: str | Unset = UNSET
    size: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    sha256: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "collection": self.collection,
                "name": self.name,
                "state": self.state,
                "metadata": self.metadata,
                "id_str": self.id_str,
                "size": self.size,
                "created": self.created,
                "sha256": self.sha256,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .shard_state import ShardState

        read = _wire.Reader("ShardInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            collection=read.need("collection", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(ShardState)),
            metadata=read.need("metadata", _wire.json_object),
            id_str=read.may("id_str", _wire.text),
            size=read.may("size", _wire.integer),
            created=read.may("created", _wire.timestamp),
            sha256=read.may("sha256", _wire.nullable(_wire.text)),
            additional_properties=read.rest(),
        )
