"""PathAssignments, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire

if TYPE_CHECKING:
    from .path_assignment import PathAssignment


@define(kw_only=True)
class PathAssignments:
    """What goes where.

    Attributes:
        assignments: The resources and their folders; where a resource is named twice, the last holds.
    """

    assignments: list[PathAssignment]

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "assignments": self.assignments,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .path_assignment import PathAssignment

        read = _wire.Reader("PathAssignments", src_dict)
        return cls(
            assignments=read.need("assignments", _wire.list_of(PathAssignment.from_dict)),
        )
