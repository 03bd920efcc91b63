"""WorkFloeSpecInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject
    from .work_floe_spec_state import WorkFloeSpecState


@define(kw_only=True)
class WorkFloeSpecInfo:
    """A floe: a program with named parameters.

    Attributes:
        id: Number of the floe, unique in the stack.
        name: Name of the floe; need not be unique.
        title: What a person reads in place of the name; may be empty.
        uuid: Identity of the floe over all its versions.
        state: Whether jobs can be started of it.
        specification: Empty in a listing. Else `name`, `title`, `description`, `uuid` and `cubes`. Each cube has `name`,
            `type`, perhaps `title`, and `parameters`. Each parameter has `name`, `type`, `title`,
            `description`, `required`, and where they apply `promoted_name`, `default`, `choices` (list) and
            `many` (true where it takes a list). Types are string, integer, decimal, boolean, json, file,
            dataset, collection, secret, and for the names of what is made dataset_out, collection_out and
            file_out (the types are assumed).
        description: Free text; may be empty.
        tags: The tags of the floe; its maker gives them.
        package: Id of the package that it came in, null where it is part of the stack.
        created: When the stack first saw the floe, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
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
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .work_floe_spec_state import WorkFloeSpecState

        read = _wire.Reader("WorkFloeSpecInfo", src_dict)
        return cls(
            id=read.need("id", _wire.integer),
            name=read.need("name", _wire.text),
            title=read.need("title", _wire.text),
            uuid=read.need("uuid", _wire.text),
            state=read.need("state", _wire.member(WorkFloeSpecState)),
            specification=read.need("specification", _wire.json_object),
            description=read.may("description", _wire.text),
            tags=read.may("tags", _wire.list_of(_wire.text)),
            package=read.may("package", _wire.nullable(_wire.integer)),
            created=read.may("created", _wire.timestamp),
            additional_properties=read.rest(),
        )
