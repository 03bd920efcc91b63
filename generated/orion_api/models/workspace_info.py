"""Model `WorkspaceInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class WorkspaceInfo:
    """A workspace, which only its users can access.

    Attributes:
        id: Id of the workspace; unique within the stack.
        name: Name of the workspace.
        project: Id of the project that the workspace belongs to.
        owner: Id of the user who created the workspace.
        created: Time the workspace was created, ISO 8601 in UTC.
        description: Purpose of the workspace; may be empty.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    project: int
    owner: int
    created: datetime.datetime
    description: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "project": self.project,
                "owner": self.owner,
                "created": self.created,
                "description": self.description,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("WorkspaceInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            project=read.read_required("project", _wire.parse_integer),
            owner=read.read_required("owner", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            description=read.read_optional("description", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
