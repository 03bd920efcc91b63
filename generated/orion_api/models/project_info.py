"""Model `ProjectInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class ProjectInfo:
    """A project; it owns files, datasets and other resources.

    Attributes:
        id: Id of the project; unique within the stack.
        name: Name of the project.
        organization: Id of the organization that the project belongs to.
        description: Purpose of the project; may be empty.
        owner: Id of the user who created the project.
        created: Time the project was created, ISO 8601 in UTC.
        archived: Whether the project is archived and therefore read-only.
        deleted: Time the project was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    organization: int
    description: str | Unset = UNSET
    owner: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    archived: bool | Unset = UNSET
    deleted: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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

        read = _wire.Reader("ProjectInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            organization=read.read_required("organization", _wire.parse_integer),
            description=read.read_optional("description", _wire.parse_string),
            owner=read.read_optional("owner", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            archived=read.read_optional("archived", _wire.parse_boolean),
            deleted=read.read_optional("deleted", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
