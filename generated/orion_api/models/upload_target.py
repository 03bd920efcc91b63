"""UploadTarget, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire


@define(kw_only=True)
class UploadTarget:
    """An address for one part.

    Attributes:
        number: Number of the part, counted from 1.
        url: Whole address for a PUT of the part; whoever has it needs no token.
        expires: When the address stops working, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    number: int
    url: str = field(repr=False)
    expires: datetime.datetime
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "number": self.number,
                "url": self.url,
                "expires": self.expires,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("UploadTarget", src_dict)
        return cls(
            number=read.need("number", _wire.integer),
            url=read.need("url", _wire.text),
            expires=read.need("expires", _wire.timestamp),
            additional_properties=read.rest(),
        )
