"""CreatedToken, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire


@define(kw_only=True)
class CreatedToken:
    """A token that was just made, with its value.

    Attributes:
        id: Number of the token, unique in the stack.
        description: What the token is for; may be empty.
        created: When the token was made, ISO 8601 in UTC.
        token: The value for the Authorization header, shown this once.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    description: str
    created: datetime.datetime
    token: str = field(repr=False)
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("CreatedToken", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            description=read.need("description", _wire.text),
            created=read.need("created", _wire.timestamp),
            token=read.need("token", _wire.text),
            additional_properties=read.rest(),
        )
