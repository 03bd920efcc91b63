"""TagNames, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class TagNames:
    """Tags to add.

    Attributes:
        tags: The texts of the tags.
        project: Id of the project that the tags belong to; without it the project of the resource.
    """

    tags: list[str]
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "tags": self.tags,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("TagNames", src_dict)
        return cls(
            tags=read.need("tags", _wire.list_of(_wire.text)),
            project=read.may("project", _wire.integer),
        )
