"""Model `CreateMolsearchQuery`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .create_molsearch_query_query_type import CreateMolsearchQueryQueryType
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class CreateMolsearchQuery:
    """Fields of a new query.

    Attributes:
        query_type: Type of the query.
        database: Id of the database.
        parameters: For `title`: `titles` (list of exact titles). For `subsearch`: `mdlquery` (the query),
            `subsearch_query_type` (`SMARTS`, or `MDLJSON` for a molfile or JSON that contains one), `num_hits`,
            and the booleans `aliphatic_constraint` (aromatic bonds match only aromatic bonds),
            `topology_constraint` (ring bonds match only ring bonds), `stereo_constraint` (stereo centers match
            as drawn) and `isotope_constraint` (isotopes are equal). For `graphsim`: `smiles`,
            `fingerprint_type` (`circularvs` or `circular`, `path`, `maccs`), `similarity_measure_type`
            (`tanimoto`, `dice`, `cosine`), `max_hits`, `cutoff` (minimum similarity). For `exact` (listed):
            `smiles` (molecules that are equal to this one) and `max_hits`. The case of these values is ignored.
            The names and the values `MDLJSON`, `circularvs` and `tanimoto` are documented, the other values are
            assumed. Other names are rejected unless their value is null.
        name: Display name; need not be unique. Defaults to an empty string.
        project: Id of the project. Defaults to the caller's default project.
    """

    query_type: CreateMolsearchQueryQueryType
    database: int
    parameters: JsonObject
    name: str | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .create_molsearch_query_query_type import CreateMolsearchQueryQueryType

        read = _wire.Reader("CreateMolsearchQuery", src_dict)
        return cls(
            query_type=read.read_required("query_type", _wire.enum_of(CreateMolsearchQueryQueryType)),
            database=read.read_required("database", _wire.parse_integer),
            parameters=read.read_required("parameters", _wire.parse_object),
            name=read.read_optional("name", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
        )
