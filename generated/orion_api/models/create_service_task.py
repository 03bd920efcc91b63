"""Model `CreateServiceTask`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class CreateServiceTask:
    """Fields of a new service task.

    Attributes:
        spec: Id of the service specification.
        name: Display name; need not be unique. Defaults to an empty string.
        description: Free-form description.
        project: Id of the project. Defaults to the caller's default project.
    """

    spec: int
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "spec": self.spec,
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

        read = _wire.Reader("CreateServiceTask", src_dict)
        return cls(
            spec=read.read_required("spec", _wire.parse_integer),
            name=read.read_optional("name", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
        )
