"""Model `UpdateScalingGroup`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class UpdateScalingGroup:
    """Limits of a scaling group to update.

    Attributes:
        min_instances: New minimum count of instances, 0 to 1000.
        max_instances: New maximum count of instances, 0 to 1000.
    """

    min_instances: int | Unset = UNSET
    max_instances: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "min_instances": self.min_instances,
                "max_instances": self.max_instances,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("UpdateScalingGroup", src_dict)
        return cls(
            min_instances=read.read_optional("min_instances", _wire.parse_integer),
            max_instances=read.read_optional("max_instances", _wire.parse_integer),
        )
