"""StartJob, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@define(kw_only=True)
class StartJob:
    """What to run, and how.

    Attributes:
        workfloe: Id of the floe.
        name: Display name; need not be unique. Empty where it is left out.
        parameters: `promoted` holds values by promoted name, `cube` values by name or title of the cube and name of the
            parameter (both documented); nothing else is known. A dataset is its id or `{"datasets": [{"id": 1,
            "records": [1, 2]}]}`; a file its id, `{"file": 1}` or `{"files": [{"id": 1}]}`; a collection its id
            or `{"collections": [{"id": 1, "shards": [1]}]}`; a secret its id or `{"secrets": [{"id": 1}]}`.
            null stands for no value.
        system_parameters: How to run the job. It is kept and shown; the local Orion, which has one machine, does nothing with
            it.
        project: Id of the project to put it in; without it the caller's default project.
    """

    workfloe: int
    name: str | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    system_parameters: JsonObject | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "workfloe": self.workfloe,
                "name": self.name,
                "parameters": self.parameters,
                "system_parameters": self.system_parameters,
                "project": self.project,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("StartJob", src_dict)
        return cls(
            workfloe=read.need("workfloe", _wire.integer),
            name=read.may("name", _wire.text),
            parameters=read.may("parameters", _wire.json_object),
            system_parameters=read.may("system_parameters", _wire.json_object),
            project=read.may("project", _wire.integer),
        )
