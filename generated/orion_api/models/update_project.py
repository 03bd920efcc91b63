"""UpdateProject, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class UpdateProject:
    """The fields of a project to set.

    Attributes:
        name: New name.
        description: New text of what the project is for.
        archived: True closes the project for changes, false opens it again.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    archived: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("UpdateProject", src_dict)
        return cls(
            name=read.may("name", _wire.text),
            description=read.may("description", _wire.text),
            archived=read.may("archived", _wire.boolean),
        )
