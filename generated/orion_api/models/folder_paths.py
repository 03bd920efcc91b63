"""Model `FolderPaths`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class FolderPaths:
    """Folders to create.

    Attributes:
        paths: Paths of the folders.
        project: Id of the project of folders without an absolute path. Defaults to the caller's default project.
        parents: If true, create missing parents and accept existing folders. Defaults to true.
    """

    paths: list[str]
    project: int | Unset = UNSET
    parents: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "paths": self.paths,
                "project": self.project,
                "parents": self.parents,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("FolderPaths", src_dict)
        return cls(
            paths=read.read_required("paths", _wire.list_of(_wire.parse_string)),
            project=read.read_optional("project", _wire.parse_integer),
            parents=read.read_optional("parents", _wire.parse_boolean),
        )
