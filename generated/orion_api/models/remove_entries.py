"""Model `RemoveEntries`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class RemoveEntries:
    """What to remove.

    Attributes:
        sources: Absolute paths or addresses of the sources.
        recursive: If true, remove folders with their content. Defaults to false.
        immediate: If true, delete items permanently; if false, move them to the trash. Defaults to false.
        dry_run: If true, remove nothing, only return what would be removed. Defaults to false.
    """

    sources: list[str]
    recursive: bool | Unset = UNSET
    immediate: bool | Unset = UNSET
    dry_run: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "sources": self.sources,
                "recursive": self.recursive,
                "immediate": self.immediate,
                "dry_run": self.dry_run,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("RemoveEntries", src_dict)
        return cls(
            sources=read.read_required("sources", _wire.list_of(_wire.parse_string)),
            recursive=read.read_optional("recursive", _wire.parse_boolean),
            immediate=read.read_optional("immediate", _wire.parse_boolean),
            dry_run=read.read_optional("dry_run", _wire.parse_boolean),
        )
