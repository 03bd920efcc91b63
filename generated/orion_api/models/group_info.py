"""GroupInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class GroupInfo:
    """Users of an organization under one name.

    Attributes:
        id: Number of the group, unique in the stack.
        name: Name of the group.
        organization: Id of the organization that the group belongs to.
        description: What the group is for; may be empty.
        created: When the group was made, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    organization: int
    description: str | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
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
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("GroupInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            organization=read.need("organization", _wire.integer),
            description=read.may("description", _wire.text),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
