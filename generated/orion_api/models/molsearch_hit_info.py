"""Model `MolsearchHitInfo`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class MolsearchHitInfo:
    """A record found by a query.

    Attributes:
        rank: Rank among the hits of the query, counted from 1.
        dataset: Id of the dataset; null for a database of a collection.
        record: Id of the record in the dataset, or its position in a database of a collection, counted from 1.
        shard: Id of the shard with the record; null for a database of a dataset.
        title: Title of the record; null if it has none.
        score: Similarity from 0 to 1; null for queries without a score.
        additional_properties: Fields that are not in the contract.
    """

    rank: int
    dataset: int | None
    record: int
    shard: int | None | Unset = UNSET
    title: str | None | Unset = UNSET
    score: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "rank": self.rank,
                "dataset": self.dataset,
                "record": self.record,
                "shard": self.shard,
                "title": self.title,
                "score": self.score,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("MolsearchHitInfo", src_dict)
        return cls(
            rank=read.read_required("rank", _wire.parse_integer),
            dataset=read.read_required("dataset", _wire.nullable(_wire.parse_integer)),
            record=read.read_required("record", _wire.parse_integer),
            shard=read.read_optional("shard", _wire.nullable(_wire.parse_integer)),
            title=read.read_optional("title", _wire.nullable(_wire.parse_string)),
            score=read.read_optional("score", _wire.nullable(_wire.parse_number)),
            additional_properties=read.get_unknown_fields(),
        )
