"""Model `PathAssignment`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class PathAssignment:
    """A resource and its new folder.

    Attributes:
        resource_type: Type of the resource, for example `file`. A type that cannot be in folders is rejected with 400.
        id: Id of the resource.
        path: Path of the folder; `/` for no folder.
        name: New display name of the resource.
    """

    resource_type: str
    id: int
    path: str
    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "resource_type": self.resource_type,
                "id": self.id,
                "path": self.path,
                "name": self.name,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("PathAssignment", src_dict)
        return cls(
            resource_type=read.read_required("resource_type", _wire.parse_string),
            id=read.read_required("id", _wire.parse_integer),
            path=read.read_required("path", _wire.parse_string),
            name=read.read_optional("name", _wire.parse_string),
        )
