"""What creating has in common for all kinds: the project it goes to, and nothing left behind when filling it fails."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from orionclient._listing import Listing
from orionclient._resource import Resource, SessionLike, resource_id
from orionclient.exceptions import OrionError, ValidationError
from orionclient.transfer.names import check_path
from orionclient.types import tags as tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orionclient.transfer.checkpoints import UploadCheckpoint

R = TypeVar("R", bound=Resource)
_CLEANUP_SECONDS: Final = 10.0
_IF_EXISTS: Final = ("skip", "replace", "error")


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


def create_with_tags(
    kind: type[R],
    session: SessionLike,
    name: str | None,
    project: Any,
    *,
    tags: Sequence[str | None] | None = None,
    **params: Any,
) -> R:
    """Create a resource and give it its tags; if the latter fails, nothing stays behind.

    Args:
        kind: Its class.
        session: The session.
        name: Display name.
        project: Project, id, or None for the session's own.
        tags: Its tags; None among them is left out.
        **params: Further parameters; None leaves one out.

    Returns:
        The resource.

    Raises:
        ValidationError: The kind cannot be created, or a tag or the path of the folder is empty.
        OrionError: The server rejected, or no good response came.
    """
    endpoint, named = kind.declaration.create, tags_of.tag_names(tags)
    if endpoint is None:
        raise ValidationError(f"{kind.__name__} cannot be created")
    check_path(params.get("path"))
    params = {"name": name, "project": project_id(session, project), **params}
    body = {key: value for key, value in params.items() if value is not None}
    made = kind.from_msg(session._calls.request_json(endpoint, {}, body=body), session)
    if named:
        with delete_on_error(made):
            tags_of.add(session, made, named, None)
    return made


def find_existing(
    kind: type[R], session: SessionLike, name: str, *, project: Any, folder_path: str | None, if_exists: str | None
) -> R | None:
    """Look for what has the same name already, in the same project and, where one is named, the same folder.

    Two programs that look at the same time both find nothing.

    Args:
        kind: Class of the resource.
        session: The session.
        name: Display name, compared exactly.
        project: Project, id, or None for the session's own.
        folder_path: Path of the folder; None for all of the project.
        if_exists: ``skip``, ``replace`` or ``error``; None does not look.

    Returns:
        What is there; None where something new is to be made.

    Raises:
        ValidationError: `if_exists` is another word, `folder_path` is empty, no project is known, or it is ``error`` and there is one.
        MultipleResultsFound: It is ``replace`` and there are several.
        OrionError: The server rejected, or no good response came.
    """
    check_path(folder_path)
    if if_exists is None:
        return None
    number, endpoint = project_id(session, project), kind.declaration.list
    if if_exists not in _IF_EXISTS or endpoint is None:
        raise ValidationError(f"if_exists is one of {', '.join(_IF_EXISTS)}, not {if_exists!r:.60}")
    if number is None:
        raise ValidationError("if_exists needs a project: pass one, or set it in the profile")
    filters = {"name": name, "project": number, **({"path": folder_path} if folder_path else {})}
    if if_exists == "skip" and "state" in kind.fields():
        # What somebody is still filling, or has left half-filled, is nothing to resume.
        filters["state"] = "ready"
    listing = Listing(session, endpoint, kind(), filters, exact=True)
    found = listing.first()
    if found is not None and if_exists == "error":
        raise ValidationError(
            f"there is a {kind.__name__} {found._id()} named {name!r:.100} in project {number} already"
        )
    return listing.one() if found is not None and if_exists == "replace" else found


def update_replaced(found: Resource, *, tags: Sequence[str | None] | None, description: str | None) -> None:
    """Give what was replaced the tags and the description that something new would have got.

    Args:
        found: The resource.
        tags: Tags to add; None among them is left out.
        description: Free text; None leaves the old one.

    Raises:
        ValidationError: A tag is empty.
        OrionError: The server rejected, or no good response came.
    """
    session, endpoint = found._require_session(), found.declaration.update
    if description is not None and endpoint is not None:
        found._replace(session._calls.request_json(endpoint, found._ids(), body={"description": description}))
    if named := tags_of.tag_names(tags):
        tags_of.add(session, found, named, None)


@contextlib.contextmanager
def delete_on_error(resource: Resource, note: UploadCheckpoint | None = None) -> Iterator[None]:
    """Remove a resource for good if filling it fails, so that nothing half-made stays.

    Args:
        resource: What was just created.
        note: What is remembered of its filling: an interrupted program leaves the resource, for its next run resumes it.

    Yields:
        Nothing.
    """
    try:
        yield
    except BaseException as error:
        if note is not None and note.is_resumable and not isinstance(error, Exception):
            raise
        endpoint = resource.declaration.delete
        # The first error is the one to tell; what cannot be removed either stays visible as not ready.
        with contextlib.suppress(OrionError):
            if endpoint is not None:
                query = {"immediate": True} if resource.declaration.trash else None
                resource._require_session()._calls.request_json(
                    endpoint, resource._ids(), query=query, timeout=_CLEANUP_SECONDS
                )
        if note is not None:
            note.clear()
        raise
    if note is not None:
        note.clear()
