"""Model `Problem`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class Problem:
    """Error details of a rejected request.

    Attributes:
        detail: Human-readable explanation, one sentence.
        code: Short machine-readable error code, for example `not_found`.
        line: Line of the uploaded file (counted from 1) that could not be parsed; only for rejected uploads.
        errors: All faults, if there are several; only for rejected parameters of a job.
        additional_properties: Fields that are not in the contract.
    """

    detail: str
    code: str | Unset = UNSET
    line: int | Unset = UNSET
    errors: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "detail": self.detail,
                "code": self.code,
                "line": self.line,
                "errors": self.errors,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("Problem", src_dict)
        return cls(
            detail=read.read_required("detail", _wire.parse_string),
            code=read.read_optional("code", _wire.parse_string),
            line=read.read_optional("line", _wire.parse_integer),
            errors=read.read_optional("errors", _wire.list_of(_wire.parse_string)),
            additional_properties=read.get_unknown_fields(),
        )
