"""Model `MoveEntries`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class MoveEntries:
    """What to move, and where to.

    Attributes:
        sources: Absolute paths or addresses of the sources.
        destination: Absolute path of a folder, or the new path of the one source.
        force: If true, move an existing item of the same name to the trash. Defaults to false.
    """

    sources: list[str]
    destination: str
    force: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "sources": self.sources,
                "destination": self.destination,
                "force": self.force,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("MoveEntries", src_dict)
        return cls(
            sources=read.read_required("sources", _wire.list_of(_wire.parse_string)),
            destination=read.read_required("destination", _wire.parse_string),
            force=read.read_optional("force", _wire.parse_boolean),
        )
