"""Model `PathAssignments`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .path_assignment import PathAssignment


@_attrs.define(kw_only=True)
class PathAssignments:
    """The assignments.

    Attributes:
        assignments: Resources and their folders; if a resource is listed twice, the last entry applies.
    """

    assignments: list[PathAssignment]

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "assignments": self.assignments,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .path_assignment import PathAssignment

        read = _wire.Reader("PathAssignments", src_dict)
        return cls(
            assignments=read.read_required("assignments", _wire.list_of(PathAssignment.from_dict)),
        )
