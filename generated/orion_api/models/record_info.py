"""RecordInfo, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire

if TYPE_CHECKING:
    from .json_object import JsonObject


@define(kw_only=True)
class RecordInfo:
    """A record with its id.

    Attributes:
        id: Number of the record, unique in its dataset.
        dataset: Id of the dataset.
        record: Field name -> value, in order. A molecule is an object with `format` (`sdf` or `smiles`) and `text`.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    dataset: int
    record: JsonObject
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "dataset": self.dataset,
                "record": self.record,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("RecordInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            dataset=read.need("dataset", _wire.integer),
            record=read.need("record", _wire.json_object),
            additional_properties=read.rest(),
        )
