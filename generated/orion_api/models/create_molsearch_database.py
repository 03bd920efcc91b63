"""Model `CreateMolsearchDatabase`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_molsearch_database_search_type import CreateMolsearchDatabaseSearchType


@_attrs.define(kw_only=True)
class CreateMolsearchDatabase:
    """Fields of a new molecule database.

    Attributes:
        dataset: Id of the dataset.
        name: Display name; need not be unique. Defaults to an empty string.
        search_type: Search type, `2D` or `3D`. Defaults to `2D`.
        project: Id of the project. Defaults to the caller's default project.
    """

    dataset: int
    name: str | Unset = UNSET
    search_type: CreateMolsearchDatabaseSearchType | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "dataset": self.dataset,
                "name": self.name,
                "search_type": self.search_type,
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
        from .create_molsearch_database_search_type import CreateMolsearchDatabaseSearchType

        read = _wire.Reader("CreateMolsearchDatabase", src_dict)
        return cls(
            dataset=read.read_required("dataset", _wire.parse_integer),
            name=read.read_optional("name", _wire.parse_string),
            search_type=read.read_optional("search_type", _wire.enum_of(CreateMolsearchDatabaseSearchType)),
            project=read.read_optional("project", _wire.parse_integer),
        )
