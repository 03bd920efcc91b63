"""Project: groups the files, datasets and other resources of a team."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from orion_api.api import projects as api

from orionclient._resources.convert import boolean, identifier, optional, string
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike

if TYPE_CHECKING:
    from orion_api.inputs import CreateProject, ListProjectsFilters, UpdateProject

__all__ = ["Project"]


class Project(Resource):
    """A project groups the files, datasets, tags and other resources of a team.

    Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``owner``, ``archived``, ``deleted`` and
    ``expired``; archived projects are listed only with ``archived``, deleted ones only with ``deleted`` and for their owner. The paths and
    all fields except `id` are assumed.

    `session.share_resource` with a user or a group makes them members, who can do everything in the project except updating, deleting and
    sharing it, which only its owner can; `session.list_shares` lists the members (their permissions are assumed). Deleting moves the
    project to the trash (soft delete): nothing in it can be accessed until the owner restores it.

    Example:
        >>> from orionclient.types import Project
        >>> project = Project.create(session, "Screens of June")
        >>> project.archive()
        >>> [each.name for each in session.list_resources(Project, {"archived": True})]
        ['Screens of June']
    """

    declaration: ClassVar[Declaration] = Declaration(
        "project", api, trash=True, sharable=True, share_targets=("user", "group")
    )

    @classmethod
    def _inputs(cls, filters: ListProjectsFilters, create: CreateProject, update: UpdateProject) -> None: ...

    id: Field[int] = Field(identifier, "Id of the project, unique in the stack (documented).")
    name: Field[str] = Field(string, "Name of the project.")
    description: Field[str] = Field(optional(string, ""), "What the project is for; may be empty.")
    owner: Field[int] = Field(identifier, "Id of the user that created the project.")
    organization: Field[int] = Field(identifier, "Id of the organization that the project belongs to.")
    created: Field[str] = Field(string, "When the project was created, ISO 8601 in UTC.")
    archived: Field[bool] = Field(optional(boolean, null=False), "Whether the project is archived, that is read-only.")
    deleted: Field[str] = Field(
        optional(string, ""), "When the project was moved to the trash; empty if it is not in the trash."
    )

    @classmethod
    def create(cls, session: SessionLike, name: str, description: str | None = None) -> Self:
        """Create a project in the user's organization.

        Args:
            session: The session.
            name: Name of the project; need not be unique.
            description: What the project is for.

        Returns:
            The project; the user owns it and is its first member.

        Raises:
            OrionError: The request failed.
        """
        return cls(session=session)._create(name=name, description=description)

    def archive(self) -> None:
        """Archive the project: it becomes read-only. Has no effect on an archived project.

        Raises:
            AuthorizationRequired: The user is not the owner.
            OrionError: The request failed.
        """
        self._call(api.update_project, body={"archived": True})

    def unarchive(self) -> None:
        """Make an archived project writable again. Has no effect on a project that is not archived.

        Raises:
            AuthorizationRequired: The user is not the owner.
            OrionError: The request failed.
        """
        self._call(api.update_project, body={"archived": False})

    def leave(self) -> None:
        """Leave the project: the user is no longer a member. The user's items stay in the project.

        Raises:
            BadResponse: The user owns the project, or is a member through a group (409).
            AuthorizationRequired: The user is not a member.
            OrionError: The request failed.
        """
        self._request(api.leave_project)
