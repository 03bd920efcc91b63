"""UserInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class UserInfo:
    """A person with an account.

    Attributes:
        id: Number of the user, unique in the stack.
        username: Name that the user signs in with.
        organization: Id of the organization of the user.
        email: Address for mail; empty where it is not shown.
        first_name: Given name; may be empty.
        last_name: Family name; may be empty.
        created: When the account was made, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    username: str
    organization: int
    email: str | Unset = UNSET
    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "username": self.username,
                "organization": self.organization,
                "email": self.email,
                "first_name": self.first_name,
                "last_name": self.last_name,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("UserInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            username=read.need("username", _wire.text),
            organization=read.need("organization", _wire.integer),
            email=read.may("email", _wire.text),
            first_name=read.may("first_name", _wire.text),
            last_name=read.may("last_name", _wire.text),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
