"""PartNumbers, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire


@define(kw_only=True)
class PartNumbers:
    """The parts that addresses are wanted for.

    Attributes:
        numbers: Numbers of parts, counted from 1.
    """

    numbers: list[int]

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "numbers": self.numbers,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("PartNumbers", src_dict)
        return cls(
            numbers=read.need("numbers", _wire.list_of(_wire.integer)),
        )
