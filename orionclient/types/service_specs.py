"""ServiceSpec: a service that tasks can run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import service_specs as api

from orionclient._resources.convert import identifier, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import ListServiceSpecsFilters

__all__ = ["ServiceSpec"]


class ServiceSpec(Resource):
    """A service that tasks can run.

    Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``project`` and ``owner``. Who can read a
    specification can run its tasks (assumed). That specifications are listed and shared is listed; the paths and all fields are assumed.

    Example:
        >>> from orionclient.types import ServiceSpec
        >>> [spec.name for spec in session.list_resources(ServiceSpec)]
        ['echo', 'clock']
    """

    declaration: ClassVar[Declaration] = Declaration("service_spec", api, linkable=False, sharable=True)

    @classmethod
    def _inputs(cls, filters: ListServiceSpecsFilters, create: Never, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the specification, unique in the stack.")
    name: Field[str] = Field(string, "Display name; need not be unique.")
    description: Field[str] = Field(string, "What the service does; may be empty.")
    scaling_group: Field[int] = Field(identifier, "Id of the scaling group whose instances run the tasks.")
    owner: Field[int] = Field(identifier, "Id of the user that created the specification.")
    project: Field[int] = Field(identifier, "Id of the project that the specification belongs to.")
    created: Field[str] = Field(string, "When the specification was created, ISO 8601 in UTC.")
