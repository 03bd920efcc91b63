"""TagInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class TagInfo:
    """A tag on a resource.

    Attributes:
        name: Text of the tag.
        project: Id of the project that the tag belongs to.
        created: When the resource was given the tag, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    name: str
    project: int
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "name": self.name,
                "project": self.project,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("TagInfo", src_dict)
        return cls(
            name=read.need("name", _wire.text),
            project=read.need("project", _wire.integer),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
