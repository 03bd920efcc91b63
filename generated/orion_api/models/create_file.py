"""CreateFile, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class CreateFile:
    """What is known of a file before its content.

    Attributes:
        name: Display name; need not be unique.
        description: Free text.
        project: Id of the project to put it in; without it the caller's default project.
        path: Path of the folder to put it in, which is made where it is missing; without it, it lies in none.
    """

    name: str
    description: str | Unset = UNSET
    project: int | Unset = UNSET
    path: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "description": self.description,
                "project": self.project,
                "path": self.path,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("CreateFile", src_dict)
        return cls(
            name=read.need("name", _wire.text),
            description=read.may("description", _wire.text),
            project=read.may("project", _wire.integer),
            path=read.may("path", _wire.text),
        )
