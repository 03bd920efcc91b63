"""Model `Credentials`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class Credentials:
    """User name and password.

    Attributes:
        username: Name of the user.
        password: Password of the user; never stored.
    """

    username: str
    password: str = _attrs.field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "username": self.username,
                "password": self.password,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("Credentials", src_dict)
        return cls(
            username=read.read_required("username", _wire.parse_string),
            password=read.read_required("password", _wire.parse_string),
        )
