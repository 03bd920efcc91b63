"""CreatePackage, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class CreatePackage:
    """What is known of a package before its archive.

    Attributes:
        name: Display name; need not be unique. Empty where it is left out.
        project: Id of the project to put it in; without it the caller's default project.
    """

    name: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("CreatePackage", src_dict)
        return cls(
            name=read.may("name", _wire.text),
            project=read.may("project", _wire.integer),
        )
