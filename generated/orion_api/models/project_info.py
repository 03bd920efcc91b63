"""ProjectInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class ProjectInfo:
    """A room for the work of a team.

    Attributes:
        id: Number of the project, unique in the stack.
        name: Name of the project.
        organization: Id of the organization that the project belongs to.
        description: What the project is for; may be empty.
        owner: Id of the user that made the project.
        created: When the project was made, ISO 8601 in UTC.
        archived: Whether the project is closed for changes; it can still be read.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    organization: int
    description: str | Unset = UNSET
    owner: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    archived: bool | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "organization": self.organization,
                "description": self.description,
                "owner": self.owner,
                "created": self.created,
                "archived": self.archived,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("ProjectInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            organization=read.need("organization", _wire.integer),
            description=read.may("description", _wire.text),
            owner=read.may("owner", _wire.integer),
            created=read.may("created", _wire.timestamp),
            archived=read.may("archived", _wire.boolean),
            additional_properties=read.rest(),
        )
