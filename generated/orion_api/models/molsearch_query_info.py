"""Model `MolsearchQueryInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .molsearch_query_state import MolsearchQueryState


@_attrs.define(kw_only=True)
class MolsearchQueryInfo:
    """A query without its hits.

    Attributes:
        id: Id of the query; unique within the stack.
        name: Display name; may be empty, need not be unique.
        state: State of the query.
        query_type: Type of the query: `title`, `subsearch`, `graphsim`, `exact` or `fastrocs`.
        database: Id of the database.
        reason: Why the state is `ERROR` or `CANCELLED`, one sentence; otherwise empty.
        parameters: Search parameters as they were sent.
        count: Number of hits; 0 until the query is finished.
        created: Time the query was created, ISO 8601 in UTC.
        owner: Id of the user who created the query.
        project: Id of the project that the query belongs to.
        additional_properties: Fields that are not in the contract.
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
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .molsearch_query_state import MolsearchQueryState

        read = _wire.Reader("MolsearchQueryInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(MolsearchQueryState)),
            query_type=read.read_optional("query_type", _wire.parse_string),
            database=read.read_optional("database", _wire.parse_integer),
            reason=read.read_optional("reason", _wire.parse_string),
            parameters=read.read_optional("parameters", _wire.parse_object),
            count=read.read_optional("count", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            owner=read.read_optional("owner", _wire.parse_integer),
            project=read.read_optional("project", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
