"""UploadInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire

if TYPE_CHECKING:
    from .upload_state import UploadState


@define(kw_only=True)
class UploadInfo:
    """An upload in parts.

    Attributes:
        id: Number of the upload, unique in the stack.
        resource_type: Kind of what it goes to, `file` or `shard`.
        resource_id: Id of the file or shard that it goes to.
        collection: Id of the collection of the shard; null for a file.
        size: Length of the whole content in bytes.
        part_size: Length of every part but the last in bytes.
        state: Whether parts are still taken.
        presigned: True where parts go to addresses of obtain_upload_targets, false where they go to upload_part.
        received: Length of the parts that are there together in bytes.
        created: When the upload was made, ISO 8601 in UTC.
        owner: Id of the user that made the upload.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    resource_type: str
    resource_id: int
    collection: int | None
    size: int
    part_size: int
    state: UploadState
    presigned: bool
    received: int
    created: datetime.datetime
    owner: int
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "resource_type": self.resource_type,
                "resource_id": self.resource_id,
                "collection": self.collection,
                "size": self.size,
                "part_size": self.part_size,
                "state": self.state,
                "presigned": self.presigned,
                "received": self.received,
                "created": self.created,
                "owner": self.owner,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .upload_state import UploadState

        read = _wire.Reader("UploadInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            resource_type=read.need("resource_type", _wire.text),
            resource_id=read.need("resource_id", _wire.integer),
            collection=read.need("collection", _wire.nullable(_wire.integer)),
            size=read.need("size", _wire.integer),
            part_size=read.need("part_size", _wire.integer),
            state=read.need("state", _wire.member(UploadState)),
            presigned=read.need("presigned", _wire.boolean),
            received=read.need("received", _wire.integer),
            created=read.need("created", _wire.timestamp),
            owner=read.need("owner", _wire.integer),
            additional_properties=read.rest(),
        )
