"""UpdateDataset, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class UpdateDataset:
    """The fields of a dataset to set.

    Attributes:
        name: New display name.
        description: New free text.
        project: Id of the project to move it to; its folder stays behind.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("UpdateDataset", src_dict)
        return cls(
            name=read.may("name", _wire.text),
            description=read.may("description", _wire.text),
            project=read.may("project", _wire.integer),
        )
