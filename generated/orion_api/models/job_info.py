"""Model `JobInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .job_hardware import JobHardware
    from .job_state import JobState
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class JobInfo:
    """A run of a floe.

    Attributes:
        id: Id of the job; unique within the stack.
        name: Display name; may be empty, need not be unique.
        state: State of the job; `complete` is the only final state, for failed jobs too.
        reason: Why the job did not succeed, one sentence; empty on success and until the job is complete.
        workfloe: Id of the floe.
        outcome: Outcome of the job: `succeeded`, `failed` or `cancelled`; null until the job is complete.
        progress: Progress from 0 to 1, as reported by the job.
        parameters: Parameters as they were sent.
        system_parameters: System parameters as they were sent.
        hardware: Hardware that the job has.
        created: Time the job was created, ISO 8601 in UTC.
        started: Time the job left the queue, ISO 8601 in UTC; null while it is queued.
        finished: Time the job completed, ISO 8601 in UTC; null until then.
        run_time: Run time in seconds, so far or in total; time in the queue is not included.
        cost: Cost so far in units of `currency`. A decimal number encoded as a string, see BalanceInfo.
        currency: Currency of the cost as an ISO 4217 code, for example `USD`.
        owner: Id of the user who created the job.
        project: Id of the project that the job belongs to.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    state: JobState
    reason: str
    workfloe: int
    outcome: str | None | Unset = UNSET
    progress: float | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    system_parameters: JsonObject | Unset = UNSET
    hardware: JobHardware | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    started: datetime.datetime | None | Unset = UNSET
    finished: datetime.datetime | None | Unset = UNSET
    run_time: float | Unset = UNSET
    cost: str | Unset = UNSET
    currency: str | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "state": self.state,
                "reason": self.reason,
                "workfloe": self.workfloe,
                "outcome": self.outcome,
                "progress": self.progress,
                "parameters": self.parameters,
                "system_parameters": self.system_parameters,
                "hardware": self.hardware,
                "created": self.created,
                "started": self.started,
                "finished": self.finished,
                "run_time": self.run_time,
                "cost": self.cost,
                "currency": self.currency,
                "owner": self.owner,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .job_hardware import JobHardware
        from .job_state import JobState

        read = _wire.Reader("JobInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(JobState)),
            reason=read.read_required("reason", _wire.parse_string),
            workfloe=read.read_required("workfloe", _wire.parse_integer),
            outcome=read.read_optional("outcome", _wire.nullable(_wire.parse_string)),
            progress=read.read_optional("progress", _wire.parse_number),
            parameters=read.read_optional("parameters", _wire.parse_object),
            system_parameters=read.read_optional("system_parameters", _wire.parse_object),
            hardware=read.read_optional("hardware", JobHardware.from_dict),
            created=read.read_optional("created", _wire.parse_datetime),
            started=read.read_optional("started", _wire.nullable(_wire.parse_datetime)),
            finished=read.read_optional("finished", _wire.nullable(_wire.parse_datetime)),
            run_time=read.read_optional("run_time", _wire.parse_number),
            cost=read.read_optional("cost", _wire.parse_string),
            currency=read.read_optional("currency", _wire.parse_string),
            owner=read.read_optional("owner", _wire.parse_integer),
            project=read.read_optional("project", _wire.parse_integer),
            additional_properties=read.get_unknown_fields(),
        )
