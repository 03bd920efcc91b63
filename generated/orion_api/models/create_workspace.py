"""Model `CreateWorkspace`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class CreateWorkspace:
    """Fields of a new workspace.

    Attributes:
        name: Name of the workspace; need not be unique.
        description: Purpose of the workspace.
        project: Id of the project. Defaults to the caller's default project.
    """

    name: str
    description: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "description": self.description,
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

        read = _wire.Reader("CreateWorkspace", src_dict)
        return cls(
            name=read.read_required("name", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
        )
