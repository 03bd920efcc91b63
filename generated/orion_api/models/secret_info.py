"""SecretInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset


@define(kw_only=True)
class SecretInfo:
    """A secret without its value.

    Attributes:
        id: Number of the secret, unique in the stack.
        name: Display name; need not be unique.
        project: Id of the project that the secret belongs to.
        owner: Id of the user that made the secret.
        created: When the secret was made, ISO 8601 in UTC.
        changed: When the value was last set, ISO 8601 in UTC.
        description: Free text; may be empty.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    project: int
    owner: int
    created: datetime.datetime
    changed: datetime.datetime
    description: str | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "project": self.project,
                "owner": self.owner,
                "created": self.created,
                "changed": self.changed,
                "description": self.description,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("SecretInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            project=read.need("project", _wire.integer),
            owner=read.need("owner", _wire.integer),
            created=read.need("created", _wire.timestamp),
            changed=read.need("changed", _wire.timestamp),
            description=read.may("description", _wire.text),
            additional_properties=read.rest(),
        )
