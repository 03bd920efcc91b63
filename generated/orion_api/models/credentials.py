"""Credentials, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire


@define(kw_only=True)
class Credentials:
    """A user name and its password.

    Attributes:
        username: Name of the user.
        password: Password of the user; kept by nobody.
    """

    username: str
    password: str = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "username": self.username,
                "password": self.password,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("Credentials", src_dict)
        return cls(
            username=read.need("username", _wire.text),
            password=read.need("password", _wire.text),
        )
