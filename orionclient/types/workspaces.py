"""Workspace: a space in a project for some of its members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Never, Self

from orion_api.api import workspaces as api

from orionclient._resources.convert import identifier, optional, string
from orionclient._resources.creating import project_id
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike
from orionclient.types.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orion_api.inputs import CreateWorkspace, ListWorkspacesFilters

__all__ = ["Workspace"]


class Workspace(Resource):
    """A space in a project for some of its members; for anybody else it does not exist.

    `session.share_resource` adds a member of the project as a user, and `session.unshare_resource` removes one. A resource can be shared
    with a workspace, that is with all its users. Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``,
    ``project`` and ``owner``. The commands for workspaces are listed; paths, fields and rules are assumed.

    Example:
        >>> from orionclient.types import Dataset, User, Workspace
        >>> workspace = Workspace.create(session, "Kinases", project=3)
        >>> session.share_resource(workspace, User(id=2))
        >>> [user.username for user in workspace.list_users()]
        ['ada', 'grace']
        >>> session.share_resource(Dataset.create(session, "hits"), workspace)
    """

    declaration: ClassVar[Declaration] = Declaration("workspace", api, sharable=True, share_targets=("user",))

    @classmethod
    def _inputs(cls, filters: ListWorkspacesFilters, create: CreateWorkspace, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the workspace, unique in the stack.")
    name: Field[str] = Field(string, "Name of the workspace.")
    description: Field[str] = Field(optional(string, ""), "What the workspace is for; may be empty.")
    project: Field[int] = Field(identifier, "Id of the project that the workspace belongs to.")
    owner: Field[int] = Field(identifier, "Id of the user that created the workspace.")
    created: Field[str] = Field(string, "When the workspace was created, ISO 8601 in UTC.")

    @classmethod
    def create(cls, session: SessionLike, name: str, project: Any = None, *, description: str | None = None) -> Self:
        """Create a workspace in a project of the user.

        Args:
            session: The session.
            name: Name of the workspace; need not be unique.
            project: Project or its id. Defaults to the session's project.
            description: What the workspace is for.

        Returns:
            The workspace; the user owns it and is its only user.

        Raises:
            AuthorizationRequired: The user is not a member of the project, or the project is archived.
            OrionError: The request failed.
        """
        project = project_id(session, project)
        return cls(session=session)._create(name=name, project=project, description=description)

    def list_users(self) -> Iterator[User]:
        """List the users who can access the workspace, ordered by id.

        Yields:
            The owner and the users that the workspace is shared with, if they are members of its project.

        Raises:
            NotFoundResponse: The user is not a user of the workspace.
            OrionError: The request failed.
        """
        session = self._require_session()
        for item in session._calls.iter_items(api.list_workspace_users, self._ids()):
            yield User.from_msg(item, session)
