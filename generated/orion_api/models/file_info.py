"""Model `FileInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .file_state import FileState


@_attrs.define(kw_only=True)
class FileInfo:
    """A file without its content.

    Attributes:
        id: Id of the file; unique within the stack.
        name: Display name; need not be unique.
        state: Whether the content was uploaded.
        size: Size of the content in bytes; 0 before the upload.
        created: Time the file was created, ISO 8601 in UTC.
        owner: Id of the user who created the file.
        project: Id of the project that the file belongs to.
        description: Free-form description; may be empty.
        sha256: SHA-256 digest of the content in lower-case hexadecimal; null before the upload.
        path: Path of the folder in its root; null if the file is not in a folder.
        location: Absolute path of the folder of the file, for example `/project/1/team/screens`; of the root if it is
            in no folder.
        deleted: Time the file was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    state: FileState
    size: int
    created: datetime.datetime
    owner: int
    project: int
    description: str | Unset = UNSET
    sha256: str | None | Unset = UNSET
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
                "size": self.size,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
                "description": self.description,
                "sha256": self.sha256,
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
        from .file_state import FileState

        read = _wire.Reader("FileInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(FileState)),
            size=read.read_required("size", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            owner=read.read_required("owner", _wire.parse_integer),
            project=read.read_required("project", _wire.parse_integer),
            description=read.read_optional("description", _wire.parse_string),
            sha256=read.read_optional("sha256", _wire.nullable(_wire.parse_string)),
            path=read.read_optional("path", _wire.nullable(_wire.parse_string)),
            location=read.read_optional("location", _wire.parse_string),
            deleted=read.read_optional("deleted", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
