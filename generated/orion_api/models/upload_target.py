"""Model `UploadTarget`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class UploadTarget:
    """Presigned URL for one part.

    Attributes:
        number: Part number, counted from 1.
        url: Presigned URL to send the part to with PUT; it grants access without a token.
        expires: Expiry time of the URL, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    number: int
    url: str = _attrs.field(repr=False)
    expires: datetime.datetime
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("UploadTarget", src_dict)
        return cls(
            number=read.read_required("number", _wire.parse_integer),
            url=read.read_required("url", _wire.parse_string),
            expires=read.read_required("expires", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
