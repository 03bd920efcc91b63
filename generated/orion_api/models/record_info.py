"""Model `RecordInfo`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class RecordInfo:
    """A record with its id.

    Attributes:
        id: Id of the record; unique within its dataset.
        dataset: Id of the dataset.
        record: Field names mapped to values, in order. A molecule is an object with `format` (`sdf` or `smiles`)
            and `text`.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    dataset: int
    record: JsonObject
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("RecordInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            dataset=read.read_required("dataset", _wire.parse_integer),
            record=read.read_required("record", _wire.parse_object),
            additional_properties=read.get_unknown_fields(),
        )
