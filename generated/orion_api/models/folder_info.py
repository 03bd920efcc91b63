"""FolderInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class FolderInfo:
    """A folder of a project.

    Attributes:
        path: Path from the root of the project, for example `/screens/june`.
        project: Id of the project that the folder belongs to.
        owner: Id of the user that made the folder.
        created: When the folder was made, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    path: str
    project: int
    owner: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "path": self.path,
                "project": self.project,
                "owner": self.owner,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("FolderInfo", src_dict)
        return cls(
            path=read.need("path", _wire.text),
            project=read.need("project", _wire.integer),
            owner=read.may("owner", _wire.integer),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
