"""Model `UpdateSecret`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class UpdateSecret:
    """Fields of a secret to update.

    Attributes:
        name: New display name.
        value: New value of the secret, 1 to 65536 characters; write-only.
        description: New free-form description.
        project: Id of the project to move it to.
    """

    name: str | Unset = UNSET
    value: str | Unset = _attrs.field(default=UNSET, repr=False)
    description: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "value": self.value,
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

        read = _wire.Reader("UpdateSecret", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            value=read.read_optional("value", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
        )
