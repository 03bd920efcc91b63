"""Model `CreateCollection`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class CreateCollection:
    """Fields of a new collection.

    Attributes:
        name: Display name; need not be unique. Defaults to an empty string.
        description: Free-form description.
        metadata: Free-form JSON object of at most 262144 bytes, as compact JSON in UTF-8. A larger object is rejected
            with 422 (`metadata_too_large`).
        project: Id of the project. Defaults to the caller's default project.
        path: Path of the folder, created if missing; an absolute path also decides the project. Defaults to no
            folder.
        version: Version of the collection, 1 or 2. Defaults to 1.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    project: int | Unset = UNSET
    path: str | Unset = UNSET
    version: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "description": self.description,
                "metadata": self.metadata,
                "project": self.project,
                "path": self.path,
                "version": self.version,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("CreateCollection", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            metadata=read.read_optional("metadata", _wire.parse_object),
            project=read.read_optional("project", _wire.parse_integer),
            path=read.read_optional("path", _wire.parse_string),
            version=read.read_optional("version", _wire.parse_integer),
        )
