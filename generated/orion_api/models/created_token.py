"""Model `CreatedToken`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class CreatedToken:
    """A new token with its value.

    Attributes:
        id: Id of the token; unique within the stack.
        description: Purpose of the token; may be empty.
        created: Time the token was created, ISO 8601 in UTC.
        token: Value for the Authorization header; returned only here.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    description: str
    created: datetime.datetime
    token: str = _attrs.field(repr=False)
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "description": self.description,
                "created": self.created,
                "token": self.token,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("CreatedToken", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            description=read.read_required("description", _wire.parse_string),
            created=read.read_required("created", _wire.parse_datetime),
            token=read.read_required("token", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
