"""Model `MolsearchSmiles`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class MolsearchSmiles:
    """The molecule of a record as SMILES.

    Attributes:
        title: Title of the record.
        record: Id of the record in the database, as in its hits.
        smiles: The SMILES.
        additional_properties: Fields that are not in the contract.
    """

    title: str
    record: int
    smiles: str
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "title": self.title,
                "record": self.record,
                "smiles": self.smiles,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("MolsearchSmiles", src_dict)
        return cls(
            title=read.read_required("title", _wire.parse_string),
            record=read.read_required("record", _wire.parse_integer),
            smiles=read.read_required("smiles", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
