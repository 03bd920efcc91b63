"""Model `WorkFloeSpecInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .work_floe_spec_state import WorkFloeSpecState


@_attrs.define(kw_only=True)
class WorkFloeSpecInfo:
    """A floe: a workflow with named parameters.

    Attributes:
        id: Id of the floe; unique within the stack.
        name: Name of the floe; need not be unique.
        title: Display title of the floe; may be empty.
        uuid: UUID of the floe, the same in all its versions.
        state: Whether jobs can be started from the floe.
        specification: Empty in listings. Otherwise `name`, `title`, `description`, `uuid`, `cubes` and, if it has any,
            `classification`, a list of paths, each a list of names (as in public code). Each cube has `name`,
            `type`, optionally `title`, and `parameters`. The type of a cube is `source` if it puts data into
            the floe, `sink` if it stores data, and `compute` otherwise (that the types differ is observed,
            their values are assumed). Each parameter has `name`, `type`, `title`, `description`, `required`
            and, if applicable, `promoted` (false if a job sets it for its cube only), `promoted_name`,
            `default`, `many` (true if it takes a list), `choices` (list), `min_value` and `max_value` of
            numbers, `max_length` of strings, `level` (`basic` if omitted) and `hidden` (true if forms do not
            show it). Types are string, integer, decimal, boolean, data_source, collection_source and file_in
            for existing data, and dataset_out, collection_sink and file_out for the names of created resources
            (listed); and json and secret, and the older names dataset, collection, file and collection_out
            (assumed).
        description: Free-form description; may be empty.
        tags: Tags of the floe, set by its author.
        package: Id of the package that contains the floe; null if it is part of the stack.
        created: Time the floe was added to the stack, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    name: str
    title: str
    uuid: str
    state: WorkFloeSpecState
    specification: JsonObject
    description: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    package: int | None | Unset = UNSET
    created: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "name": self.name,
                "title": self.title,
                "uuid": self.uuid,
                "state": self.state,
                "specification": self.specification,
                "description": self.description,
                "tags": self.tags,
                "package": self.package,
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
        from .work_floe_spec_state import WorkFloeSpecState

        read = _wire.Reader("WorkFloeSpecInfo", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            name=read.read_required("name", _wire.parse_string),
            title=read.read_required("title", _wire.parse_string),
            uuid=read.read_required("uuid", _wire.parse_string),
            state=read.read_required("state", _wire.enum_of(WorkFloeSpecState)),
            specification=read.read_required("specification", _wire.parse_object),
            description=read.read_optional("description", _wire.parse_string),
            tags=read.read_optional("tags", _wire.list_of(_wire.parse_string)),
            package=read.read_optional("package", _wire.nullable(_wire.parse_integer)),
            created=read.read_optional("created", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
