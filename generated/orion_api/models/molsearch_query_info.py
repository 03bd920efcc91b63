"""MolsearchQueryInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .molsearch_query_state import MolsearchQueryState


@define(kw_only=True)
class MolsearchQueryInfo:
    """A search without its hits.

    Attributes:
        id: Number of the query, unique in the stack.
        name: Display name; may be empty and need not be unique.
        state: How far the query is.
        query_type: What is compared, `title`, `subsearch`, `graphsim` or `fastrocs`.
        database: Id of the database.
        reason: Why the state is `ERROR`, in a sentence; else empty.
        parameters: What is searched for, as it was given.
        count: Number of hits; 0 before the end.
        created: When the query was made, ISO 8601 in UTC.
        owner: Id of the user that made the query.
        project: Id of the project that the query belongs to.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    state: MolsearchQueryState
    query_type: str | Unset = UNSET
    database: int | Unset = UNSET
    reason: str | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
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
                "query_type": self.query_type,
                "database": self.database,
                "reason": self.reason,
                "parameters": self.parameters,
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
        from .molsearch_query_state import MolsearchQueryState

        read = _wire.Reader("MolsearchQueryInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(MolsearchQueryState)),
            query_type=read.may("query_type", _wire.text),
            database=read.may("database", _wire.integer),
            reason=read.may("reason", _wire.text),
            parameters=read.may("parameters", _wire.json_object),
            count=read.may("count", _wire.integer),
            created=read.may("created", _wire.timestamp),
            owner=read.may("owner", _wire.integer),
            project=read.may("project", _wire.integer),
            additional_properties=read.rest(),
        )
