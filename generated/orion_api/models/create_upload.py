"""Model `CreateUpload`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_upload_resource_type import CreateUploadResourceType


@_attrs.define(kw_only=True)
class CreateUpload:
    """Fields of a new multipart upload.

    Attributes:
        resource_type: Type of the resource.
        resource_id: Id of the file or shard.
        size: Size of the whole content in bytes.
        part_size: Size of each part in bytes, except the last; at most 10,000 parts.
        collection: Id of the collection of the shard; omitted for a file. Otherwise the request is rejected with 422.
    """

    resource_type: CreateUploadResourceType
    resource_id: int
    size: int
    part_size: int
    collection: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "resource_type": self.resource_type,
                "resource_id": self.resource_id,
                "size": self.size,
                "part_size": self.part_size,
                "collection": self.collection,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .create_upload_resource_type import CreateUploadResourceType

        read = _wire.Reader("CreateUpload", src_dict)
        return cls(
            resource_type=read.read_required("resource_type", _wire.enum_of(CreateUploadResourceType)),
            resource_id=read.read_required("resource_id", _wire.parse_integer),
            size=read.read_required("size", _wire.parse_integer),
            part_size=read.read_required("part_size", _wire.parse_integer),
            collection=read.read_optional("collection", _wire.parse_integer),
        )
