"""What creating has in common for all kinds: the project it goes to, and nothing left behind when filling it fails."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from orionclient._resource import Resource, SessionLike, resource_id
from orionclient.exceptions import OrionError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

R = TypeVar("R", bound=Resource)
_CLEAN_UP_SECONDS: Final = 10.0


def project_id(session: SessionLike, project: Any) -> int | None:
    """Find the id of the project that something new goes to.

    Args:
        session: The session.
        project: Project, id, or None for the session's own.

    Returns:
        The id; None where the server has to choose.

    Raises:
        ValidationError: It is neither.
    """
    if project is None:
        return session.config.project
    return resource_id(project.to_dict().get("id") if isinstance(project, Resource) else project, "project")


def created(kind: type[R], session: SessionLike, name: str | None, project: Any, **params: Any) -> R:
    """Create a resource.

    Args:
        kind: Its class.
        session: The session.
        name: Display name.
        project: Project, id, or None for the session's own.
        **params: Further parameters; None leaves one out.

    Returns:
        The resource.

    Raises:
        ValidationError: The kind cannot be created.
        OrionError: The server refused, or no good answer came.
    """
    endpoint = kind.declaration.create
    if endpoint is None:
        raise ValidationError(f"{kind.__name__} cannot be created")
    params = {"name": name, "project": project_id(session, project), **params}
    body = {key: value for key, value in params.items() if value is not None}
    return kind.from_msg(session._calls.json(endpoint, {}, body=body), session)


@contextlib.contextmanager
def removed_on_error(resource: Resource) -> Iterator[None]:
    """Remove a resource for good if filling it fails, so that nothing half-made stays.

    Args:
        resource: What was just created.

    Yields:
        Nothing.
    """
    try:
        yield
    except BaseException:
        endpoint = resource.declaration.delete
        # The first error is the one to tell; what cannot be removed either stays visible as not ready.
        with contextlib.suppress(OrionError):
            if endpoint is not None:
                resource._bound()._calls.json(
                    endpoint, resource._ids(), query={"immediate": True}, timeout=_CLEAN_UP_SECONDS
                )
        raise
