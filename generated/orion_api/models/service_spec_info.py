"""Model `ServiceSpecInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class ServiceSpecInfo:
    """A service that tasks can run.

    Attributes:
        id: Id of the service specification; unique within the stack.
        name: Display name; need not be unique.
        description: What the service does; may be empty.
        scaling_group: Id of the scaling group whose instances run the tasks.
        owner: Id of the user who created the service specification.
        project: Id of the project that the service specification belongs to.
        created: Time the service specification was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    description: str
    scaling_group: int
    owner: int
    project: int
    created: datetime.datetime
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "description": self.description,
                "scaling_group": self.scaling_group,
                "owner": self.owner,
                "project": self.project,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("ServiceSpecInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            description=read.read_required("description", _wire.parse_string),
            scaling_group=read.read_required("scaling_group", _wire.parse_integer),
            owner=read.read_required("owner", _wire.parse_integer),
            project=read.read_required("project", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
