"""Model `FolderInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class FolderInfo:
    """A folder of a project.

    Attributes:
        path: Path from its root, for example `/screens/june`.
        project: Id of the project that the folder belongs to.
        location: Absolute path, for example `/project/1/team/screens/june`.
        owner: Id of the user who created the folder.
        created: Time the folder was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    path: str
    project: int
    location: str | Unset = UNSET
    owner: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "path": self.path,
                "project": self.project,
                "location": self.location,
                "owner": self.owner,
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

        read = _wire.Reader("FolderInfo", src_dict)
        return cls(
            path=read.read_required("path", _wire.parse_string),
            project=read.read_required("project", _wire.parse_integer),
            location=read.read_optional("location", _wire.parse_string),
            owner=read.read_optional("owner", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
