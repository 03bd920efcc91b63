"""CreateUpload, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_upload_resource_type import CreateUploadResourceType


@define(kw_only=True)
class CreateUpload:
    """Where the content goes, and how it is cut.

    Attributes:
        resource_type: Kind of what it goes to.
        resource_id: Id of the file or shard that it goes to.
        size: Length of the whole content in bytes.
        part_size: Length of every part but the last in bytes; at most 10,000 parts.
        collection: Id of the collection of the shard; left out for a file. Otherwise the request is rejected with 422.
    """

    resource_type: CreateUploadResourceType
    resource_id: int
    size: int
    part_size: int
    collection: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .create_upload_resource_type import CreateUploadResourceType

        read = _wire.Reader("CreateUpload", src_dict)
        return cls(
            resource_type=read.need("resource_type", _wire.member(CreateUploadResourceType)),
            resource_id=read.need("resource_id", _wire.integer),
            size=read.need("size", _wire.integer),
            part_size=read.need("part_size", _wire.integer),
            collection=read.may("collection", _wire.integer),
        )
