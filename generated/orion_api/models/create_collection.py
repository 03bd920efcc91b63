"""CreateCollection, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@define(kw_only=True)
class CreateCollection:
    """What is known of a collection before its shards.

    Attributes:
        name: Display name; need not be unique. Empty where it is left out.
        description: Free text.
        metadata: Free-form JSON object; at most 262144 bytes as JSON in UTF-8 without blanks. A larger one is
            rejected with 422 (`metadata_too_large`).
        project: Id of the project to put it in; without it the caller's default project.
        path: Path of the folder to put it in, which is made where it is missing; without it, it lies in none.
        version: Version of the collection, 1 or 2; without it 1.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    project: int | Unset = UNSET
    path: str | Unset = UNSET
    version: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("CreateCollection", src_dict)
        return cls(
            name=read.may("name", _wire.text),
            description=read.may("description", _wire.text),
            metadata=read.may("metadata", _wire.json_object),
            project=read.may("project", _wire.integer),
            path=read.may("path", _wire.text),
            version=read.may("version", _wire.integer),
        )
