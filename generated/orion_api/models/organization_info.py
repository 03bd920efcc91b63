"""Model `OrganizationInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class OrganizationInfo:
    """A company or institute with its users and projects.

    Attributes:
        id: Id of the organization; unique within the stack.
        name: Name of the organization.
        created: Time the organization was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("OrganizationInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
