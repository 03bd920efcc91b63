"""Model `DatasetInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class DatasetInfo:
    """A dataset without its records.

    Attributes:
        id: Id of the dataset; unique within the stack.
        name: Display name; need not be unique.
        count: Number of records.
        created: Time the dataset was created, ISO 8601 in UTC.
        owner: Id of the user who created the dataset.
        project: Id of the project that the dataset belongs to.
        description: Free-form description; may be empty.
        dirty: True if records were added since the dataset was last finalized (the field is documented, its
            meaning assumed).
        path: Path of the folder in its root; null if the dataset is not in a folder (the field is documented, its
            meaning assumed).
        location: Absolute path of the folder of the dataset, for example `/project/1/team/screens`; of the root if it
            is in no folder.
        systemtags: Tags that the stack sets itself (the field is documented, its values are assumed): `Job <id>` if a
            job created the dataset.
        deleted: Time the dataset was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    count: int
    created: datetime.datetime
    owner: int
    project: int
    description: str | Unset = UNSET
    dirty: bool | Unset = UNSET
    path: str | None | Unset = UNSET
    location: str | Unset = UNSET
    systemtags: list[str] | Unset = UNSET
    deleted: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "count": self.count,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
                "description": self.description,
                "dirty": self.dirty,
                "path": self.path,
                "location": self.location,
                "systemtags": self.systemtags,
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

        read = _wire.Reader("DatasetInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            count=read.read_required("count", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            owner=read.read_required("owner", _wire.parse_integer),
            project=read.read_required("project", _wire.parse_integer),
            description=read.read_optional("description", _wire.parse_string),
            dirty=read.read_optional("dirty", _wire.parse_boolean),
            path=read.read_optional("path", _wire.nullable(_wire.parse_string)),
            location=read.read_optional("location", _wire.parse_string),
            systemtags=read.read_optional("systemtags", _wire.list_of(_wire.parse_string)),
            deleted=read.read_optional("deleted", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
