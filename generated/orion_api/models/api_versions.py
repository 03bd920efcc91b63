"""ApiVersions, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@define(kw_only=True)
class ApiVersions:
    """What the stack offers.

    Attributes:
        versions: Name of a kind of resource -> list of the version numbers that the stack serves.
        server: Name and version of the server.
        features: Names of optional features.
        additional_properties: Fields that the contract does not know.
    """

    versions: JsonObject
    server: str | Unset = UNSET
    features: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("ApiVersions", src_dict)
        return cls(
            versions=read.need("versions", _wire.json_object),
            server=read.may("server", _wire.text),
            features=read.may("features", _wire.list_of(_wire.text)),
            additional_properties=read.rest(),
        )
