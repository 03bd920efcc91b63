"""Problem, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class Problem:
    """What the server says about a request that it rejected.

    Attributes:
        detail: One sentence for a person.
        code: Short machine-readable reason, for example `not_found`.
        line: Line of the uploaded text (counted from 1) where reading failed; only for rejected uploads.
        additional_properties: Fields that the contract does not know.
    """

    detail: str
    code: str | Unset = UNSET
    line: int | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "detail": self.detail,
                "code": self.code,
                "line": self.line,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("Problem", src_dict)
        return cls(
            detail=read.need("detail", _wire.text),
            code=read.may("code", _wire.text),
            line=read.may("line", _wire.integer),
            additional_properties=read.rest(),
        )
