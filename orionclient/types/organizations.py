"""Organization: a company or institute with its users and projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import organizations as api

from orionclient._resources.convert import identifier, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import ListOrganizationsFilters

__all__ = ["Organization"]


class Organization(Resource):
    """A company or institute with its users and projects. Its paths and fields are assumed."""

    declaration: ClassVar[Declaration] = Declaration("organization", api)

    @classmethod
    def _inputs(cls, filters: ListOrganizationsFilters, create: Never, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the organization, unique in the stack.")
    name: Field[str] = Field(string, "Name of the organization.")
    created: Field[str] = Field(string, "When the organization was created, ISO 8601 in UTC.")
