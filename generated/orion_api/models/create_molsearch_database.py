"""CreateMolsearchDatabase, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_molsearch_database_search_type import CreateMolsearchDatabaseSearchType


@define(kw_only=True)
class CreateMolsearchDatabase:
    """What to make a database of.

    Attributes:
        dataset: Id of the dataset.
        name: Display name; need not be unique. Empty where it is left out.
        search_type: What it is for; without it `2D`.
        project: Id of the project to put it in; without it the caller's default project.
    """

    dataset: int
    name: str | Unset = UNSET
    search_type: CreateMolsearchDatabaseSearchType | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .create_molsearch_database_search_type import CreateMolsearchDatabaseSearchType

        read = _wire.Reader("CreateMolsearchDatabase", src_dict)
        return cls(
            dataset=read.need("dataset", _wire.integer),
            name=read.may("name", _wire.text),
            search_type=read.may("search_type", _wire.member(CreateMolsearchDatabaseSearchType)),
            project=read.may("project", _wire.integer),
        )
