"""Upload: a multipart upload to a file or a shard."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import uploads as api

from orionclient._resources.convert import boolean, identifier, integer, optional, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import CreateUpload, ListUploadsFilters

__all__ = ["Upload"]


class Upload(Resource):
    """A multipart upload to a file or a shard (the resource type and its fields are assumed).

    `File.upload` and `Shard.upload_file` create and complete uploads themselves. An upload that a crashed program left can be listed with
    the filters ``resource_type``, ``resource_id`` and ``state``, and deleted.

    Example:
        >>> from orionclient.types import Upload
        >>> [upload.received for upload in session.list_resources(Upload, {"state": "open"})]
        []
    """

    declaration: ClassVar[Declaration] = Declaration("upload", api, linkable=False)

    @classmethod
    def _inputs(cls, filters: ListUploadsFilters, create: CreateUpload, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the upload, unique in the stack (assumed).")
    resource_type: Field[str] = Field(string, "Type of the target: `file` or `shard` (assumed).")
    resource_id: Field[int] = Field(identifier, "Id of the target file or shard (assumed).")
    collection: Field[int | None] = Field(
        optional(identifier), "Id of the collection of the shard; None for a file (assumed)."
    )
    size: Field[int] = Field(integer, "Size of the complete content in bytes (assumed).")
    part_size: Field[int] = Field(integer, "Size of every part except the last in bytes (assumed).")
    state: Field[str] = Field(
        string, "`open` while parts are accepted, then `complete` (assumed); other states are possible."
    )
    presigned: Field[bool] = Field(boolean, "Whether parts are sent to presigned URLs of the storage (assumed).")
    received: Field[int] = Field(integer, "Total size of the received parts in bytes (assumed).")
    created: Field[str] = Field(string, "When the upload was created, ISO 8601 in UTC with microseconds (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the upload (assumed).")
