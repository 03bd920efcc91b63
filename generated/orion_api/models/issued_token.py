"""IssuedToken, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire


@define(kw_only=True)
class IssuedToken:
    """A token, shown once.

    Attributes:
        token: The value for the Authorization header.
        additional_properties: Fields that the contract does not know.
    """

    token: str = field(repr=False)
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "token": self.token,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("IssuedToken", src_dict)
        return cls(
            token=read.need("token", _wire.text),
            additional_properties=read.rest(),
        )
