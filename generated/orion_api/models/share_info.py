"""Model `ShareInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class ShareInfo:
    """A share of a resource.

    Attributes:
        target_type: Type of the share target, for example `user` or `group`.
        target_id: Id of the user, group, project, workspace or organization.
        owner: Id of the user who shared the resource.
        created: Time the resource was shared, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    target_type: str
    target_id: int
    owner: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "target_type": self.target_type,
                "target_id": self.target_id,
                "owner": self.owner,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("ShareInfo", src_dict)
        return cls(
            target_type=read.read_required("target_type", _wire.parse_string),
            target_id=read.read_required("target_id", _wire.parse_integer),
            owner=read.read_optional("owner", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
