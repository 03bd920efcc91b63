"""Model `ShardInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .shard_state import ShardState


@_attrs.define(kw_only=True)
class ShardInfo:
    """A shard without its content.

    Attributes:
        id: Id of the shard; unique within the stack, greater than 2^53 in a collection of version 2.
        collection: Id of the collection that the shard belongs to.
        name: Display name; may be empty, need not be unique.
        state: Whether the shard has content and whether it is final.
        metadata: Free-form JSON object, returned as it was sent.
        id_str: The id as a string, for clients that read JSON numbers as doubles. The name is documented for links.
        size: Size of the content in bytes; 0 before the upload.
        created: Time the shard was created, ISO 8601 in UTC.
        sha256: SHA-256 digest of the content in lower-case hexadecimal; null before the upload.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    collection: int
    name: str
    state: ShardState
    metadata: JsonObject
    id_str: str | Unset = UNSET
    size: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    sha256: str | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .shard_state import ShardState

        read = _wire.Reader("ShardInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            collection=read.read_required("collection", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(ShardState)),
            metadata=read.read_required("metadata", _wire.parse_object),
            id_str=read.read_optional("id_str", _wire.parse_string),
            size=read.read_optional("size", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            sha256=read.read_optional("sha256", _wire.nullable(_wire.parse_string)),
            additional_properties=read.get_unknown_fields(),
        )
