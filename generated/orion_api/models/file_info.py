"""FileInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .file_state import FileState


@define(kw_only=True)
class FileInfo:
    """A file without its content.

    Attributes:
        id: Number of the file, unique in the stack.
        name: Display name; need not be unique.
        state: Whether the content is there.
        size: Length of the content in bytes; 0 before the upload.
        created: When the file was made, ISO 8601 in UTC.
        owner: Id of the user that made the file.
        project: Id of the project that the file belongs to.
        description: Free text; may be empty.
        sha256: SHA-256 digest of the content in lower-case hexadecimal; null before the upload.
        path: Path of the folder of its project that the file lies in; null where it lies in none.
        deleted: When the file went to the trash, ISO 8601 in UTC; empty when it is not there.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    state: FileState
    size: int
    created: datetime.datetime
    owner: int
    project: int
    description: str | Unset = UNSET
    sha256: None | str | Unset = UNSET
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
                "size": self.size,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
                "description": self.description,
                "sha256": self.sha256,
                "path": self.path,
                "deleted": self.deleted,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .file_state import FileState

        read = _wire.Reader("FileInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(FileState)),
            size=read.need("size", _wire.integer),
            created=read.need("created", _wire.timestamp),
            owner=read.need("owner", _wire.integer),
            project=read.need("project", _wire.integer),
            description=read.may("description", _wire.text),
            sha256=read.may("sha256", _wire.nullable(_wire.text)),
            path=read.may("path", _wire.nullable(_wire.text)),
            deleted=read.may("deleted", _wire.text),
            additional_properties=read.rest(),
        )
