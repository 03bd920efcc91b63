"""Model `UpdateProject`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class UpdateProject:
    """Fields of a project to update.

    Attributes:
        name: New name.
        description: New purpose of the project.
        archived: If true, archive the project (read-only); if false, unarchive it.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    archived: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "description": self.description,
                "archived": self.archived,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("UpdateProject", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            archived=read.read_optional("archived", _wire.parse_boolean),
        )
