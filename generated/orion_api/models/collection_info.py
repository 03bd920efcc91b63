"""CollectionInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .collection_state import CollectionState
    from .json_object import JsonObject


@define(kw_only=True)
class CollectionInfo:
    """A collection without its shards.

    Attributes:
        id: Number of the collection, unique in the stack.
        name: Display name; may be empty and need not be unique.
        state: Whether the collection takes shards.
        metadata: Free-form JSON object, as it was given.
        version: Version of the collection, 1 or 2; the ids of shards in one of version 2 are greater than 2^53.
        shard_count: Number of shards that are there, in any state.
        created: When the collection was made, ISO 8601 in UTC.
        owner: Id of the user that made the collection.
        project: Id of the project that the collection belongs to.
        description: Free text; may be empty.
        path: Path of the folder of its project that the collection lies in; null where it lies in none.
        deleted: When the collection went to the trash, ISO 8601 in UTC; empty when it is not there.
        additional_properties: Fields that the contract does not know.
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
    path: None | str | Unset = UNSET
    deleted: str | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
                "deleted": self.deleted,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .collection_state import CollectionState

        read = _wire.Reader("CollectionInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(CollectionState)),
            metadata=read.need("metadata", _wire.json_object),
            version=read.may("version", _wire.integer),
            shard_count=read.may("shard_count", _wire.integer),
            created=read.may("created", _wire.timestamp),
            owner=read.may("owner", _wire.integer),
            project=read.may("project", _wire.integer),
            description=read.may("description", _wire.text),
            path=read.may("path", _wire.nullable(_wire.text)),
            deleted=read.may("deleted", _wire.text),
            additional_properties=read.rest(),
        )
