"""Model `UpdateServiceTask`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .update_service_task_desired_state import UpdateServiceTaskDesiredState


@_attrs.define(kw_only=True)
class UpdateServiceTask:
    """Fields of a service task to update.

    Attributes:
        name: New display name.
        description: New free-form description.
        desired_state: `running` starts the task, `stopped` stops it.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    desired_state: UpdateServiceTaskDesiredState | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
                "description": self.description,
                "desired_state": self.desired_state,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .update_service_task_desired_state import UpdateServiceTaskDesiredState

        read = _wire.Reader("UpdateServiceTask", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            description=read.read_optional("description", _wire.parse_string),
            desired_state=read.read_optional("desired_state", _wire.enum_of(UpdateServiceTaskDesiredState)),
        )
