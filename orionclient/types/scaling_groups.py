"""ScalingGroup: the instances that run jobs or services, with their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import scaling_groups as api

from orionclient._resources.convert import identifier, integer, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import ListScalingGroupsFilters, UpdateScalingGroup

__all__ = ["ScalingGroup"]


class ScalingGroup(Resource):
    """The instances that run jobs or services. Each instance runs one of them, and others wait.

    Listing takes the filters ``name`` (contains), ``name_contains`` and ``name_icontains``. Only administrators can update a group
    (assumed). That groups are listed and updated is listed; the paths and all fields are assumed.

    Example:
        >>> from orionclient.types import ScalingGroup
        >>> group = session.list_resources(ScalingGroup, {"name": "services"}).one()
        >>> session.update_resource(group, {"max_instances": 2})
        >>> group.max_instances
        2
    """

    declaration: ClassVar[Declaration] = Declaration("scaling_group", api, linkable=False)

    @classmethod
    def _inputs(cls, filters: ListScalingGroupsFilters, create: Never, update: UpdateScalingGroup) -> None: ...

    id: Field[int] = Field(identifier, "Id of the group, unique in the stack.")
    name: Field[str] = Field(string, "Name of the group.")
    description: Field[str] = Field(string, "What runs in the group; may be empty.")
    organization: Field[int] = Field(identifier, "Id of the organization.")
    min_instances: Field[int] = Field(integer, "Minimum count of instances, which are ready even if nothing runs.")
    max_instances: Field[int] = Field(integer, "Maximum count of instances.")
    instances: Field[int] = Field(integer, "Count of instances now.")
    running: Field[int] = Field(integer, "Count of jobs or services that run now.")
    queued: Field[int] = Field(integer, "Count of jobs or services that wait for an instance.")
    created: Field[str] = Field(string, "When the group was created, ISO 8601 in UTC.")
