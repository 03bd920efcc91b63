"""Model `CollectionInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .collection_state import CollectionState
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class CollectionInfo:
    """A collection without its shards.

    Attributes:
        id: Id of the collection; unique within the stack.
        name: Display name; may be empty, need not be unique.
        state: Whether shards can be added.
        metadata: Free-form JSON object, returned as it was sent.
        version: Version of the collection, 1 or 2. Shard ids in a version 2 collection are greater than 2^53.
        shard_count: Count of shards in any state.
        created: Time the collection was created, ISO 8601 in UTC.
        owner: Id of the user who created the collection.
        project: Id of the project that the collection belongs to.
        description: Free-form description; may be empty.
        path: Path of the folder in its root; null if the collection is not in a folder.
        location: Absolute path of the folder of the collection, for example `/project/1/team/screens`; of the root if
            it is in no folder.
        deleted: Time the collection was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    state: CollectionState
    metadata: JsonObject
    version: int | Unset = UNSET
    shard_count: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    description: str | Unset = UNSET
    path: str | None | Unset = UNSET
    location: str | Unset = UNSET
    deleted: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "state": self.state,
                "metadata": self.metadata,
                "version": self.version,
                "shard_count": self.shard_count,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
                "description": self.description,
                "path": self.path,
                "location": self.location,
                "deleted": self.deleted,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .collection_state import CollectionState

        read = _wire.Reader("CollectionInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(CollectionState)),
            metadata=read.read_required("metadata", _wire.parse_object),
            version=read.read_optional("version", _wire.parse_integer),
            shard_count=read.read_optional("shard_count", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            owner=read.read_optional("owner", _wire.parse_integer),
            project=read.read_optional("project", _wire.parse_integer),
            description=read.read_optional("description", _wire.parse_string),
            path=read.read_optional("path", _wire.nullable(_wire.parse_string)),
            location=read.read_optional("location", _wire.parse_string),
            deleted=read.read_optional("deleted", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
