"""PathAssignment, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class PathAssignment:
    """A resource and the folder that it goes to.

    Attributes:
        resource_type: Name of the kind of resource, for example `file`; a kind that cannot lie in folders is rejected with
            400.
        id: Id of the resource.
        path: Path of the folder; `/` for none.
        name: New display name of the resource.
    """

    resource_type: str
    id: int
    path: str
    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("PathAssignment", src_dict)
        return cls(
            resource_type=read.need("resource_type", _wire.text),
            id=read.need("id", _wire.integer),
            path=read.need("path", _wire.text),
            name=read.may("name", _wire.text),
        )
