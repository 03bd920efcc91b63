"""DatasetInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class DatasetInfo:
    """A dataset without its records.

    Attributes:
        id: Number of the dataset, unique in the stack.
        name: Display name; need not be unique.
        count: Number of records.
        created: When the dataset was made, ISO 8601 in UTC.
        owner: Id of the user that made the dataset.
        project: Id of the project that the dataset belongs to.
        description: Free text; may be empty.
        dirty: True while records were added and the dataset was not finalized (the field is documented, its
            meaning assumed).
        path: Path of the folder of its project that the dataset lies in, null where it lies in none (the field is
            documented, its meaning assumed).
        systemtags: Tags that the stack itself has set.
        deleted: When the dataset went to the trash, ISO 8601 in UTC; empty when it is not there.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    count: int
    created: datetime.datetime
    owner: int
    project: int
    description: str | Unset = UNSET
    dirty: bool | Unset = UNSET
    path: None | str | Unset = UNSET
    systemtags: list[str] | Unset = UNSET
    deleted: str | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
                "systemtags": self.systemtags,
                "deleted": self.deleted,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("DatasetInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            count=read.need("count", _wire.integer),
            created=read.need("created", _wire.timestamp),
            owner=read.need("owner", _wire.integer),
            project=read.need("project", _wire.integer),
            description=read.may("description", _wire.text),
            dirty=read.may("dirty", _wire.boolean),
            path=read.may("path", _wire.nullable(_wire.text)),
            systemtags=read.may("systemtags", _wire.list_of(_wire.text)),
            deleted=read.may("deleted", _wire.text),
            additional_properties=read.rest(),
        )
