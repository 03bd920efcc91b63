"""Group: a named group of users of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import groups as api

from orionclient._resources.convert import identifier, optional, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import ListGroupsFilters

__all__ = ["Group"]


class Group(Resource):
    """A named group of users of an organization, with which resources can be shared.

    Listing takes the filters ``name`` (contains), ``name_contains`` and ``name_icontains``. Its paths and fields are assumed.

    Example:
        >>> from orionclient.types import Dataset, Group
        >>> chemists = next(iter(session.list_resources(Group, {"name": "Chemists"})))
        >>> session.share_resource(Dataset.create(session, "hits"), chemists)
    """

    declaration: ClassVar[Declaration] = Declaration("group", api)

    @classmethod
    def _inputs(cls, filters: ListGroupsFilters, create: Never, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the group, unique in the stack.")
    name: Field[str] = Field(string, "Name of the group.")
    description: Field[str] = Field(optional(string, ""), "What the group is for; may be empty.")
    organization: Field[int] = Field(identifier, "Id of the organization that the group belongs to.")
    created: Field[str] = Field(string, "When the group was created, ISO 8601 in UTC.")
