"""Model `ExportMolsearchQuery`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class ExportMolsearchQuery:
    """The dataset of an export.

    Attributes:
        name: Name of the dataset; need not be unique. Defaults to `Hits of query ` and the id of the query.
        project: Id of the project of the dataset. Defaults to the caller's default project.
    """

    name: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
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

        read = _wire.Reader("ExportMolsearchQuery", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
        )
