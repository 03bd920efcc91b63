"""Project: a room for the work of a team."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from orion_api.api.projects import create_project, get_project, list_projects, update_project

from orionclient._resource import Declaration, Field, Resource, SessionLike, boolean, identifier, optional, string


class Project(Resource):
    """A room for the work of a team; files, datasets and tags belong to one.

    Listing takes the filters ``name`` (contains) and ``archived``; without the latter only those that are not archived are listed. The
    paths and all fields but `id` are assumed.

    Example:
        >>> from orionclient.types import Project
        >>> project = Project.create(session, "Screens of June")
        >>> project.archive()
        >>> [each.name for each in session.list_resources(Project, {"archived": True})]
        ['Screens of June']
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="project",
        schema="ProjectInfo",
        id_name="project_id",
        get=get_project,
        list=list_projects,
        create=create_project,
        update=update_project,
    )

    id: Field[int] = Field(identifier, "Number of the project, unique in the stack (documented).")
    name: Field[str] = Field(string, "Name of the project.")
    description: Field[str] = Field(optional(string, ""), "What the project is for; may be empty.")
    owner: Field[int] = Field(identifier, "Id of the user that made the project.")
    organization: Field[int] = Field(identifier, "Id of the organization that the project belongs to.")
    created: Field[str] = Field(string, "When the project was made, ISO 8601 in UTC.")
    archived: Field[bool] = Field(
        optional(boolean, null=False), "Whether the project is closed for changes; it can still be read."
    )

    @classmethod
    def create(cls, session: SessionLike, name: str, description: str | None = None) -> Self:
        """Make a project in the user's organization.

        Args:
            session: The session.
            name: Name of the project; need not be unique.
            description: What the project is for.

        Returns:
            The project; the user owns it and is its first member.

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        params = {"name": name, "description": description}
        body = {key: value for key, value in params.items() if value is not None}
        return cls.from_msg(session._calls.request_json(create_project, {}, body=body), session)

    def archive(self) -> None:
        """Close the project for changes; what lies in it can still be read. One that is archived already stays so.

        Raises:
            AuthorizationRequired: Only the owner may.
            OrionError: The server rejected, or no good response came.
        """
        self._set(archived=True)

    def unarchive(self) -> None:
        """Open the project for changes again; one that is not archived stays so.

        Raises:
            AuthorizationRequired: Only the owner may.
            OrionError: The server rejected, or no good response came.
        """
        self._set(archived=False)

    def _set(self, **params: Any) -> None:
        self._replace(self._require_session()._calls.request_json(update_project, self._ids(), body=params))
