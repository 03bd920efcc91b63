"""Model `EntryInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .entry_info_state import EntryInfoState
    from .entry_info_type import EntryInfoType


@_attrs.define(kw_only=True)
class EntryInfo:
    """A folder or an item of the virtual file system.

    Attributes:
        type: Type of the entry.
        id: Id of the item; null for a folder.
        name: Name of the item, or last name of the folder's path.
        path: Absolute path, name included.
        owner: Id of the user who created the entry; null for a root.
        project: Id of the project of the entry; null for a folder of the organization.
        size: Size of a file in bytes; null for other entries.
        count: Count of the records of a dataset or of the shards of a collection; null for other entries.
        state: State of a file or collection; missing for other entries.
        created: Time the entry was created, ISO 8601 in UTC; null for a root.
        deleted: Time the item was moved to the trash, ISO 8601 in UTC; null if it is not in the trash.
        additional_properties: Fields that are not in the contract.
    """

    type: EntryInfoType
    id: int | None
    name: str
    path: str
    owner: int | None | Unset = UNSET
    project: int | None | Unset = UNSET
    size: int | None | Unset = UNSET
    count: int | None | Unset = UNSET
    state: EntryInfoState | Unset = UNSET
    created: datetime.datetime | None | Unset = UNSET
    deleted: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "type": self.type,
                "id": self.id,
                "name": self.name,
                "path": self.path,
                "owner": self.owner,
                "project": self.project,
                "size": self.size,
                "count": self.count,
                "state": self.state,
                "created": self.created,
                "deleted": self.deleted,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .entry_info_state import EntryInfoState
        from .entry_info_type import EntryInfoType

        read = _wire.Reader("EntryInfo", src_dict)
        return cls(
            type=read.read_required("type", _wire.enum_of(EntryInfoType)),
            id=read.read_required("id", _wire.nullable(_wire.parse_integer)),
            name=read.read_required("name", _wire.parse_string),
            path=read.read_required("path", _wire.parse_string),
            owner=read.read_optional("owner", _wire.nullable(_wire.parse_integer)),
            project=read.read_optional("project", _wire.nullable(_wire.parse_integer)),
            size=read.read_optional("size", _wire.nullable(_wire.parse_integer)),
            count=read.read_optional("count", _wire.nullable(_wire.parse_integer)),
            state=read.read_optional("state", _wire.enum_of(EntryInfoState)),
            created=read.read_optional("created", _wire.nullable(_wire.parse_datetime)),
            deleted=read.read_optional("deleted", _wire.nullable(_wire.parse_datetime)),
            additional_properties=read.get_unknown_fields(),
        )
