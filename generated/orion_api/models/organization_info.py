"""OrganizationInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class OrganizationInfo:
    """A company or institute with its users and projects.

    Attributes:
        id: Number of the organization, unique in the stack.
        name: Name of the organization.
        created: When the organization was made, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("OrganizationInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
