"""ShareInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class ShareInfo:
    """A share of a resource.

    Attributes:
        target_type: Kind of those whom it is shared with, for example `user` or `group`.
        target_id: Id of the user, group, project or organization.
        owner: Id of the user that shared it.
        created: When it was shared, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    target_type: str
    target_id: int
    owner: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("ShareInfo", src_dict)
        return cls(
            target_type=read.need("target_type", _wire.text),
            target_id=read.need("target_id", _wire.integer),
            owner=read.may("owner", _wire.integer),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
