"""Model `UploadInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .upload_state import UploadState


@_attrs.define(kw_only=True)
class UploadInfo:
    """A multipart upload.

    Attributes:
        id: Id of the upload; unique within the stack.
        resource_type: Type of the resource, `file` or `shard`.
        resource_id: Id of the file or shard.
        collection: Id of the collection of the shard; null for a file.
        size: Size of the whole content in bytes.
        part_size: Size of each part in bytes, except the last.
        state: Whether the upload accepts parts.
        presigned: If true, parts are sent to presigned URLs of obtain_upload_targets; if false, to upload_part.
        received: Number of bytes received so far.
        created: Time the upload was created, ISO 8601 in UTC.
        owner: Id of the user who created the upload.
        additional_properties: Fields that are not in the contract.
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
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .upload_state import UploadState

        read = _wire.Reader("UploadInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            resource_type=read.read_required("resource_type", _wire.parse_string),
            resource_id=read.read_required("resource_id", _wire.parse_integer),
            collection=read.read_required("collection", _wire.nullable(_wire.parse_integer)),
            size=read.read_required("size", _wire.parse_integer),
            part_size=read.read_required("part_size", _wire.parse_integer),
            state=read.read_required("state", _wire.enum_of(UploadState)),
            presigned=read.read_required("presigned", _wire.parse_boolean),
            received=read.read_required("received", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            owner=read.read_required("owner", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
