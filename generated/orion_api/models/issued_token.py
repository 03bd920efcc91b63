"""Model `IssuedToken`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class IssuedToken:
    """A token, returned once.

    Attributes:
        token: Value for the Authorization header.
        additional_properties: Fields that are not in the contract.
    """

    token: str = _attrs.field(repr=False)
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
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

        read = _wire.Reader("IssuedToken", src_dict)
        return cls(
            token=read.read_required("token", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
