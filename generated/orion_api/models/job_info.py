"""JobInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .job_state import JobState
    from .json_object import JsonObject


@define(kw_only=True)
class JobInfo:
    """A run of a floe.

    Attributes:
        id: Number of the job, unique in the stack.
        name: Display name; may be empty and need not be unique.
        state: How far the job is; `complete` is the only end, also of one that failed.
        reason: Why the job did not succeed, in a sentence; empty on success and before the end.
        workfloe: Id of the floe.
        outcome: How the job ended: `succeeded`, `failed` or `cancelled`; null before.
        progress: How much is done, from 0 to 1, as the job itself says.
        parameters: The parameters as they were given.
        system_parameters: What was said about how to run the job, as it was given.
        created: When the job was made, ISO 8601 in UTC.
        started: When the job left the queue, ISO 8601 in UTC; null before.
        finished: When the job ended, ISO 8601 in UTC; null before.
        run_time: How long the job ran until now or its end, in seconds; waiting in the queue does not count.
        cost: What the job cost until now, in units of `currency`. A decimal number in a text, see BalanceInfo.
        currency: Currency of the cost, three letters of ISO 4217, for example `USD`.
        owner: Id of the user that made the job.
        project: Id of the project that the job belongs to.
        additional_properties: Fields that the contract does not know.
    """

    id: int
    name: str
    state: JobState
    reason: str
    workfloe: int
    outcome: None | str | Unset = UNSET
    progress: float | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    system_parameters: JsonObject | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    started: datetime.datetime | None | Unset = UNSET
    finished: datetime.datetime | None | Unset = UNSET
    run_time: float | Unset = UNSET
    cost: str | Unset = UNSET
    currency: str | Unset = UNSET
    owner: int | Unset = UNSET
    project: int | Unset = UNSET
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .job_state import JobState

        read = _wire.Reader("JobInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            state=read.need("state", _wire.member(JobState)),
            reason=read.need("reason", _wire.text),
            workfloe=read.need("workfloe", _wire.integer),
            outcome=read.may("outcome", _wire.nullable(_wire.text)),
            progress=read.may("progress", _wire.number),
            parameters=read.may("parameters", _wire.json_object),
            system_parameters=read.may("system_parameters", _wire.json_object),
            created=read.may("created", _wire.timestamp),
            started=read.may("started", _wire.nullable(_wire.timestamp)),
            finished=read.may("finished", _wire.nullable(_wire.timestamp)),
            run_time=read.may("run_time", _wire.number),
            cost=read.may("cost", _wire.text),
            currency=read.may("currency", _wire.text),
            owner=read.may("owner", _wire.integer),
            project=read.may("project", _wire.integer),
            additional_properties=read.rest(),
        )
