"""Model `PackageInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .package_state import PackageState


@_attrs.define(kw_only=True)
class PackageInfo:
    """A package without its archive.

    Attributes:
        id: Id of the package; unique within the stack.
        name: Name of the package; taken from the manifest after the upload.
        state: Whether the floes of the package are available.
        specification: The manifest; empty before the upload. Included in listings (observed).
        version: Version from the manifest; empty before the upload.
        reason: Why the state is `error`, one sentence; otherwise empty.
        size: Size of the archive in bytes; 0 before the upload.
        sha256: SHA-256 digest of the archive in lower-case hexadecimal; null before the upload.
        created: Time the package was created, ISO 8601 in UTC.
        owner: Id of the user who created the package.
        project: Id of the project that the package belongs to.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    state: PackageState
    specification: JsonObject
    version: str | Unset = UNSET
    reason: str | Unset = UNSET
    size: int | Unset = UNSET
    sha256: str | None | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .package_state import PackageState

        read = _wire.Reader("PackageInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(PackageState)),
            specification=read.read_required("specification", _wire.parse_object),
            version=read.read_optional("version", _wire.parse_string),
            reason=read.read_optional("reason", _wire.parse_string),
            size=read.read_optional("size", _wire.parse_integer),
            sha256=read.read_optional("sha256", _wire.nullable(_wire.parse_string)),
            created=read.read_optional("created", _wire.parse_datetime),
            owner=read.read_optional("owner", _wire.parse_integer),
            project=read.read_optional("project", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
