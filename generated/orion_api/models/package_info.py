"""PackageInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .package_state import PackageState


@define(kw_only=True)
class PackageInfo:
    """A package without its archive.

    Attributes:
        id: Number of the package, unique in the stack.
        name: Name of the package, from its manifest once that is there.
        state: Whether the floes of the package are there.
        specification: The manifest; empty before the upload. Listings hold it too (observed).
        version: Version from the manifest; empty before the upload.
        reason: Why the state is `error`, in a sentence; else empty.
        size: Length of the archive in bytes; 0 before the upload.
        sha256: SHA-256 digest of the archive in lower-case hexadecimal; null before the upload.
        created: When the package was made, ISO 8601 in UTC.
        owner: Id of the user that made the package.
        project: Id of the project that the package belongs to.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    state: PackageState
    specification: JsonObject
    version: str | Unset = UNSET
    reason: str | Unset = UNSET
    size: int | Unset = UNSET
    sha256: None | str | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "state": self.state,
                "specification": self.specification,
                "version": self.version,
                "reason": self.reason,
                "size": self.size,
                "sha256": self.sha256,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .package_state import PackageState

        read = _wire.Reader("PackageInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(PackageState)),
            specification=read.need("specification", _wire.json_object),
            version=read.may("version", _wire.text),
            reason=read.may("reason", _wire.text),
            size=read.may("size", _wire.integer),
            sha256=read.may("sha256", _wire.nullable(_wire.text)),
            created=read.may("created", _wire.timestamp),
            owner=read.may("owner", _wire.integer),
            project=read.may("project", _wire.integer),
            additional_properties=read.rest(),
        )
