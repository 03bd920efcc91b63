"""CreateMolsearchQuery, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_molsearch_query_query_type import CreateMolsearchQueryQueryType
    from .json_object import JsonObject


@define(kw_only=True)
class CreateMolsearchQuery:
    """What to search, and where.

    Attributes:
        query_type: What is compared.
        database: Id of the database.
        parameters: For `title`: `titles` (list of exact titles). For `subsearch`: `mdlquery` (the query),
            `subsearch_query_type` (`SMARTS`, or `MDLJSON` for a molfile or JSON that holds one), `num_hits`.
            For `graphsim`: `smiles`, `fingerprint_type` (`Circular`, `Path` or `MACCS`),
            `similarity_measure_type` (`Tanimoto`, `Dice` or `Cosine`), `max_hits`, `cutoff` (least similarity).
            The names are documented, the values are assumed. Other names are rejected unless their value is
            null.
        name: Display name; need not be unique. Empty where it is left out.
        project: Id of the project to put it in; without it the caller's default project.
    """

    query_type: CreateMolsearchQueryQueryType
    database: int
    parameters: JsonObject
    name: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "query_type": self.query_type,
                "database": self.database,
                "parameters": self.parameters,
                "name": self.name,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .create_molsearch_query_query_type import CreateMolsearchQueryQueryType

        read = _wire.Reader("CreateMolsearchQuery", src_dict)
        return cls(
            query_type=read.need("query_type", _wire.member(CreateMolsearchQueryQueryType)),
            database=read.need("database", _wire.integer),
            parameters=read.need("parameters", _wire.json_object),
            name=read.may("name", _wire.text),
            project=read.may("project", _wire.integer),
        )
