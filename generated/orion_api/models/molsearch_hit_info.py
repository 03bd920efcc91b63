"""MolsearchHitInfo, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class MolsearchHitInfo:
    """A record that a query found.

    Attributes:
        rank: Place among the hits of the query, counted from 1.
        dataset: Id of the dataset.
        record: Id of the record in the dataset.
        title: Title of the record, null where it has none.
        score: Similarity, from 0 to 1; null for searches that do not measure it.
        additional_properties: Fields that the contract does not know.
    """

    rank: int
    dataset: int
    record: int
    title: None | str | Unset = UNSET
    score: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "rank": self.rank,
                "dataset": self.dataset,
                "record": self.record,
                "title": self.title,
                "score": self.score,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("MolsearchHitInfo", src_dict)
        return cls(
            rank=read.need("rank", _wire.integer),
            dataset=read.need("dataset", _wire.integer),
            record=read.need("record", _wire.integer),
            title=read.may("title", _wire.nullable(_wire.text)),
            score=read.may("score", _wire.nullable(_wire.number)),
            additional_properties=read.rest(),
        )
