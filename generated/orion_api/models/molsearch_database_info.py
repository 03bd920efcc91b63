"""MolsearchDatabaseInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .molsearch_database_state import MolsearchDatabaseState


@define(kw_only=True)
class MolsearchDatabaseInfo:
    """A dataset that can be searched for molecules.

    Attributes:
        id: Number of the database, unique in the stack.
        name: Display name; may be empty and need not be unique.
        state: Whether it can be searched.
        search_type: What it is for, `2D` (title, substructure and fingerprint search) or `3D`.
        dataset: Id of the dataset that it was made of.
        count: Number of records when it was loaded; 0 before.
        created: When the database was made, ISO 8601 in UTC.
        owner: Id of the user that made the database.
        project: Id of the project that the database belongs to.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    state: MolsearchDatabaseState
    search_type: str
    dataset: int | Unset = UNSET
    count: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "state": self.state,
                "search_type": self.search_type,
                "dataset": self.dataset,
                "count": self.count,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .molsearch_database_state import MolsearchDatabaseState

        read = _wire.Reader("MolsearchDatabaseInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(MolsearchDatabaseState)),
            search_type=read.need("search_type", _wire.text),
            dataset=read.may("dataset", _wire.integer),
            count=read.may("count", _wire.integer),
            created=read.may("created", _wire.timestamp),
            owner=read.may("owner", _wire.integer),
            project=read.may("project", _wire.integer),
            additional_properties=read.rest(),
        )
