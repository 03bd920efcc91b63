"""Model `ServiceTaskInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .desired_task_state import DesiredTaskState
    from .service_task_state import ServiceTaskState


@_attrs.define(kw_only=True)
class ServiceTaskInfo:
    """A running or stopped service.

    Attributes:
        id: Id of the service task; unique within the stack.
        name: Display name; may be empty, need not be unique.
        description: Free-form description; may be empty.
        spec: Id of the service specification.
        state: State of the service task.
        desired_state: State that the task should be in.
        reason: Why the state is `failed`, one sentence; empty in other states.
        url: URL of the service while it is `running`; empty in other states.
        started: Time the service was last started, ISO 8601 in UTC; null before the first start.
        owner: Id of the user who created the service task.
        project: Id of the project that the service task belongs to.
        created: Time the service task was created, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    description: str
    spec: int
    state: ServiceTaskState
    desired_state: DesiredTaskState
    reason: str
    url: str
    started: datetime.datetime | None
    owner: int
    project: int
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
                "spec": self.spec,
                "state": self.state,
                "desired_state": self.desired_state,
                "reason": self.reason,
                "url": self.url,
                "started": self.started,
                "owner": self.owner,
                "project": self.project,
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
        from .desired_task_state import DesiredTaskState
        from .service_task_state import ServiceTaskState

        read = _wire.Reader("ServiceTaskInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            description=read.read_required("description", _wire.parse_string),
            spec=read.read_required("spec", _wire.parse_integer),
            state=read.read_required("state", _wire.enum_of(ServiceTaskState)),
            desired_state=read.read_required("desired_state", _wire.enum_of(DesiredTaskState)),
            reason=read.read_required("reason", _wire.parse_string),
            url=read.read_required("url", _wire.parse_string),
            started=read.read_required("started", _wire.nullable(_wire.parse_datetime)),
            owner=read.read_required("owner", _wire.parse_integer),
            project=read.read_required("project", _wire.parse_integer),
            created=read.read_required("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
