"""Model `GroupInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class GroupInfo:
    """A named set of users of an organization.

    Attributes:
        id: Id of the group; unique within the stack.
        name: Name of the group.
        organization: Id of the organization that the group belongs to.
        description: Purpose of the group; may be empty.
        created: Time the group was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    organization: int
    description: str | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
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

        read = _wire.Reader("GroupInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            organization=read.read_required("organization", _wire.parse_integer),
            description=read.read_optional("description", _wire.parse_string),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
