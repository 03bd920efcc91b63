"""CreateSecret, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class CreateSecret:
    """A new secret.

    Attributes:
        name: Display name; need not be unique.
        value: What is to be kept, 1 to 65536 characters; shown by no operation.
        description: Free text.
        project: Id of the project to put it in; without it the caller's default project.
    """

    name: str
    value: str = field(repr=False)
    description: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("CreateSecret", src_dict)
        return cls(
            name=read.need("name", _wire.text),
            value=read.need("value", _wire.text),
            description=read.may("description", _wire.text),
            project=read.may("project", _wire.integer),
        )
