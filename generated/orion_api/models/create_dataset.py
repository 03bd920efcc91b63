"""Model `CreateDataset`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class CreateDataset:
    """Fields of a new dataset.

    Attributes:
        name: Display name; need not be unique.
        description: Free-form description.
        project: Id of the project. Defaults to the caller's default project.
        path: Path of the folder, created if missing; an absolute path also decides the project. Defaults to no
            folder.
    """

    name: str
    description: str | Unset = UNSET
    project: int | Unset = UNSET
    path: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("CreateDataset", src_dict)
        return cls(
            name=read.read_required("name", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
            path=read.read_optional("path", _wire.parse_string),
        )
