"""Model `UserInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class UserInfo:
    """A user account.

    Attributes:
        id: Id of the user; unique within the stack.
        username: Name to sign in with.
        organization: Id of the organization of the user.
        email: Email address; empty if hidden.
        first_name: First name; may be empty.
        last_name: Last name; may be empty.
        created: Time the account was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    username: str
    organization: int
    email: str | Unset = UNSET
    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("UserInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            username=read.read_required("username", _wire.parse_string),
            organization=read.read_required("organization", _wire.parse_integer),
            email=read.read_optional("email", _wire.parse_string),
            first_name=read.read_optional("first_name", _wire.parse_string),
            last_name=read.read_optional("last_name", _wire.parse_string),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
