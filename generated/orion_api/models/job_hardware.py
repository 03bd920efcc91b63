"""Model `JobHardware`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset


@_attrs.define(kw_only=True)
class JobHardware:
    """The hardware of a job: for each hardware parameter of a cube the value of the job, or else of the floe, or
    else the default. The local Orion enforces `cpu_count` and `memory_mb` on Linux and rejects GPUs; it only
    stores the others.

    Attributes:
        cpu_count: Count of CPUs, 1 to 192. The default is 1.
        memory_mb: Memory in MiB, at least 256. The default is 1800.
        disk_space: Temporary disk space in MiB, at least 128. The default is 5120.
        gpu_count: Count of GPUs, 0 to 16. The default is 0.
        instance_type: Type of the instance; empty for any.
        instance_tags: Tags that the instance must have, separated by commas; empty for any.
        max_backlog_wait: Longest wait for an instance of one group in seconds, at least 300. The default is 600.
        spot_policy: Whether spot instances are used. Public code has `Allowed` and `Prohibited`, the default.
        additional_properties: Fields that are not in the contract.
    """

    cpu_count: int | Unset = UNSET
    memory_mb: float | Unset = UNSET
    disk_space: float | Unset = UNSET
    gpu_count: int | Unset = UNSET
    instance_type: str | Unset = UNSET
    instance_tags: str | Unset = UNSET
    max_backlog_wait: int | Unset = UNSET
    spot_policy: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "cpu_count": self.cpu_count,
                "memory_mb": self.memory_mb,
                "disk_space": self.disk_space,
                "gpu_count": self.gpu_count,
                "instance_type": self.instance_type,
                "instance_tags": self.instance_tags,
                "max_backlog_wait": self.max_backlog_wait,
                "spot_policy": self.spot_policy,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("JobHardware", src_dict)
        return cls(
            cpu_count=read.read_optional("cpu_count", _wire.parse_integer),
            memory_mb=read.read_optional("memory_mb", _wire.parse_number),
            disk_space=read.read_optional("disk_space", _wire.parse_number),
            gpu_count=read.read_optional("gpu_count", _wire.parse_integer),
            instance_type=read.read_optional("instance_type", _wire.parse_string),
            instance_tags=read.read_optional("instance_tags", _wire.parse_string),
            max_backlog_wait=read.read_optional("max_backlog_wait", _wire.parse_integer),
            spot_policy=read.read_optional("spot_policy", _wire.parse_string),
            additional_properties=read.get_unknown_fields(),
        )
