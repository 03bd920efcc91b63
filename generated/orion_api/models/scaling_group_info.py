"""Model `ScalingGroupInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class ScalingGroupInfo:
    """Instances that run jobs or services.

    Attributes:
        id: Id of the scaling group; unique within the stack.
        name: Name of the scaling group.
        description: What runs in the scaling group; may be empty.
        organization: Id of the organization.
        min_instances: Minimum count of instances; these are ready even if nothing runs.
        max_instances: Maximum count of instances. Each runs one job or service; others wait.
        instances: Count of instances now.
        running: Count of jobs or services that run now.
        queued: Count of jobs or services that wait for an instance.
        created: Time the scaling group was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    description: str
    organization: int
    min_instances: int
    max_instances: int
    instances: int
    running: int
    queued: int
    created: datetime.datetime
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "description": self.description,
                "organization": self.organization,
                "min_instances": self.min_instances,
                "max_instances": self.max_instances,
                "instances": self.instances,
                "running": self.running,
                "queued": self.queued,
                "created": self.created,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("ScalingGroupInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            description=read.read_required("description", _wire.parse_string),
            organization=read.read_required("organization", _wire.parse_integer),
            min_instances=read.read_required("min_instances", _wire.parse_integer),
            max_instances=read.read_required("max_instances", _wire.parse_integer),
            instances=read.read_required("instances", _wire.parse_integer),
            running=read.read_required("running", _wire.parse_integer),
            queued=read.read_required("queued", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
