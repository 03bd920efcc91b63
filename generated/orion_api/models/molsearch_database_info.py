"""Model `MolsearchDatabaseInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .molsearch_database_state import MolsearchDatabaseState


@_attrs.define(kw_only=True)
class MolsearchDatabaseInfo:
    """A dataset that can be searched for molecules.

    Attributes:
        id: Id of the database; unique within the stack.
        name: Display name; may be empty, need not be unique.
        state: Whether the database can be searched.
        search_type: Search type, `2D` (title, substructure and fingerprint search) or `3D`.
        dataset: Id of the source dataset.
        count: Number of records when the database was loaded; 0 before.
        created: Time the database was created, ISO 8601 in UTC.
        owner: Id of the user who created the database.
        project: Id of the project that the database belongs to.
        additional_properties: Fields that are not in the contract.
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
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .molsearch_database_state import MolsearchDatabaseState

        read = _wire.Reader("MolsearchDatabaseInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(MolsearchDatabaseState)),
            search_type=read.read_required("search_type", _wire.parse_string),
            dataset=read.read_optional("dataset", _wire.parse_integer),
            count=read.read_optional("count", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            owner=read.read_optional("owner", _wire.parse_integer),
            project=read.read_optional("project", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
