"""Model `TagInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class TagInfo:
    """A tag on a resource.

    Attributes:
        name: Name of the tag.
        project: Id of the project that the tag belongs to.
        created: Time the tag was added, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    name: str
    project: int
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("TagInfo", src_dict)
        return cls(
            name=read.read_required("name", _wire.parse_string),
            project=read.read_required("project", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
