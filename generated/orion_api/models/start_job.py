"""Model `StartJob`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class StartJob:
    """Fields of a new job.

    Attributes:
        workfloe: Id of the floe.
        name: Display name; need not be unique. Defaults to an empty string.
        parameters: `promoted` maps promoted names to values; `cube` maps the name or title of a cube and the name of a
            parameter to values (both documented); other keys are rejected. Each cube has the hardware
            parameters of JobHardware in addition to its own. A dataset is its id or `{"datasets": [{"id": 1,
            "records": [1, 2]}]}`; a file its id, `{"file": 1}` or `{"files": [{"id": 1}]}`; a collection its id
            or `{"collections": [{"id": 1, "shards": [1]}]}`; a secret its id or `{"secrets": [{"id": 1}]}`.
            null means no value.
        system_parameters: How to run the job: hardware parameters (see JobHardware) for all cubes. Values in `parameters` take
            precedence, and those of the floe do not. Other system parameters are stored and returned, and have
            no effect on the local Orion.
        project: Id of the project. Defaults to the caller's default project.
    """

    workfloe: int
    name: str | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    system_parameters: JsonObject | Unset = UNSET
    project: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
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
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("StartJob", src_dict)
        return cls(
            workfloe=read.read_required("workfloe", _wire.parse_integer),
            name=read.read_optional("name", _wire.parse_string),
            parameters=read.read_optional("parameters", _wire.parse_object),
            system_parameters=read.read_optional("system_parameters", _wire.parse_object),
            project=read.read_optional("project", _wire.parse_integer),
        )
