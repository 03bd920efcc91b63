"""Model `MolsearchDatabaseInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .molsearch_database_state import MolsearchDatabaseState


@_attrs.define(kw_only=True)
class MolsearchDatabaseInfo:
    """Molecules that can be searched.

    Attributes:
        id: Id of the database; unique within the stack.
        name: Display name; may be empty, need not be unique.
        state: Whether the database can be searched.
        search_type: Search type, `2D` (title, substructure and fingerprint search) or `3D`.
        reason: Why the state is `ERROR`, one sentence; otherwise empty.
        dataset: Id of the source dataset; null if the source is a collection.
        collection: Id of the source collection; null if the source is a dataset.
        count: Count of records in the search index; 0 unless the database is loaded.
        created: Time the database was created, ISO 8601 in UTC.
        owner: Id of the user who created the database.
        project: Id of the project that the database belongs to.
        pools: Count of pools of search servers; null if it was not set.
        memory_mb: Memory for the search in MiB; null if it was not set.
        disk_space: Disk space for the search in MiB; null if it was not set.
        cpu: CPUs for the search; null if it was not set.
        gpu: GPUs for the search; null if it was not set.
        instance_type: Type of the instances that search; null if it was not set.
        server_is_remote: Whether the servers that search are outside of Orion.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    state: MolsearchDatabaseState
    search_type: str
    reason: str | Unset = UNSET
    dataset: int | None | Unset = UNSET
    collection: int | None | Unset = UNSET
    count: int | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    pools: int | None | Unset = UNSET
    memory_mb: int | None | Unset = UNSET
    disk_space: int | None | Unset = UNSET
    cpu: int | None | Unset = UNSET
    gpu: int | None | Unset = UNSET
    instance_type: str | None | Unset = UNSET
    server_is_remote: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "state": self.state,
                "search_type": self.search_type,
                "reason": self.reason,
                "dataset": self.dataset,
                "collection": self.collection,
                "count": self.count,
                "created": self.created,
                "owner": self.owner,
                "project": self.project,
                "pools": self.pools,
                "memory_mb": self.memory_mb,
                "disk_space": self.disk_space,
                "cpu": self.cpu,
                "gpu": self.gpu,
                "instance_type": self.instance_type,
                "server_is_remote": self.server_is_remote,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .molsearch_database_state import MolsearchDatabaseState

        read = _wire.Reader("MolsearchDatabaseInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(MolsearchDatabaseState)),
            search_type=read.read_required("search_type", _wire.parse_string),
            reason=read.read_optional("reason", _wire.parse_string),
            dataset=read.read_optional("dataset", _wire.nullable(_wire.parse_integer)),
            collection=read.read_optional("collection", _wire.nullable(_wire.parse_integer)),
            count=read.read_optional("count", _wire.parse_integer),
            created=read.read_optional("created", _wire.parse_datetime),
            owner=read.read_optional("owner", _wire.parse_integer),
            project=read.read_optional("project", _wire.parse_integer),
            pools=read.read_optional("pools", _wire.nullable(_wire.parse_integer)),
            memory_mb=read.read_optional("memory_mb", _wire.nullable(_wire.parse_integer)),
            disk_space=read.read_optional("disk_space", _wire.nullable(_wire.parse_integer)),
            cpu=read.read_optional("cpu", _wire.nullable(_wire.parse_integer)),
            gpu=read.read_optional("gpu", _wire.nullable(_wire.parse_integer)),
            instance_type=read.read_optional("instance_type", _wire.nullable(_wire.parse_string)),
            server_is_remote=read.read_optional("server_is_remote", _wire.parse_boolean),
            additional_properties=read.get_unknown_fields(),
        )
