"""Model `ApiVersions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class ApiVersions:
    """API versions and features of the stack.

    Attributes:
        versions: Resource types mapped to the lists of supported versions.
        server: Name and version of the server.
        features: Names of the optional features.
        additional_properties: Fields that are not in the contract.
    """

    versions: JsonObject
    server: str | Unset = UNSET
    features: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "versions": self.versions,
                "server": self.server,
                "features": self.features,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("ApiVersions", src_dict)
        return cls(
            versions=read.read_required("versions", _wire.parse_object),
            server=read.read_optional("server", _wire.parse_string),
            features=read.read_optional("features", _wire.list_of(_wire.parse_string)),
            additional_properties=read.get_unknown_fields(),
        )
