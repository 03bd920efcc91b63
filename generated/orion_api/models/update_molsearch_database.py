"""Model `UpdateMolsearchDatabase`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class UpdateMolsearchDatabase:
    """Fields of a molecule database to update.

    Attributes:
        name: New display name.
        project: Id of the project to move it to.
        pools: Count of pools of search servers.
        memory_mb: Memory for the search in MiB. Loading fails if the search index is larger.
        disk_space: Disk space for the search in MiB. Loading fails if the search index is larger.
        cpu: CPUs for the search.
        gpu: GPUs for the search. The local Orion has none and rejects others than 0.
        instance_type: Type of the instances that search.
        server_is_remote: Whether the servers that search are outside of Orion. The local Orion rejects true.
    """

    name: str | Unset = UNSET
    project: int | Unset = UNSET
    pools: int | Unset = UNSET
    memory_mb: int | Unset = UNSET
    disk_space: int | Unset = UNSET
    cpu: int | Unset = UNSET
    gpu: int | Unset = UNSET
    instance_type: str | Unset = UNSET
    server_is_remote: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "name": self.name,
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

        read = _wire.Reader("UpdateMolsearchDatabase", src_dict)
        return cls(
            name=read.read_optional("name", _wire.parse_string),
            project=read.read_optional("project", _wire.parse_integer),
            pools=read.read_optional("pools", _wire.parse_integer),
            memory_mb=read.read_optional("memory_mb", _wire.parse_integer),
            disk_space=read.read_optional("disk_space", _wire.parse_integer),
            cpu=read.read_optional("cpu", _wire.parse_integer),
            gpu=read.read_optional("gpu", _wire.parse_integer),
            instance_type=read.read_optional("instance_type", _wire.parse_string),
            server_is_remote=read.read_optional("server_is_remote", _wire.parse_boolean),
        )
