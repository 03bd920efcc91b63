"""Create resources: resolve the project, apply tags and clean up after a failed upload."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from orionclient._resources import tags as tags_of
from orionclient._resources.listing import Listing
from orionclient._resources.resource import Resource, SessionLike, reference_id
from orionclient._transfer.names import check_folder_path
from orionclient.exceptions import OrionError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orionclient._transfer.checkpoints import UploadCheckpoint

R = TypeVar("R", bound=Resource)
_CLEANUP_SECONDS: Final = 10.0
_IF_EXISTS: Final = ("skip", "replace", "error")


def project_id(session: SessionLike, project: Any, folder_path: str | None = None) -> int | None:
    """Resolve the id of the project for a new resource.

    Args:
        session: The session.
        project: Project or its id. If None, the session's project.
        folder_path: Path of the folder of the resource. If it is absolute and `project` is None, it decides the project. Optional.

    Returns:
        The id; None if the server chooses the project.

    Raises:
        ValidationError: `project` is neither a project nor an id.
    """
    if project is not None:
        return reference_id(project, "project")
    return None if is_absolute(folder_path) else session.config.project


def is_absolute(folder_path: str | None) -> bool:
    """Return whether the path of a folder starts with a root of the virtual file system.

    Args:
        folder_path: The path.

    Returns:
        True for an absolute path, False for one in the team root of a project, and for None.
    """
    if folder_path is None:
        return False
    from orionclient._resources import addresses  # noqa: PLC0415 - rare

    return addresses.is_absolute(folder_path)


def create_with_tags(
    kind: type[R],
    session: SessionLike,
    name: str | None,
    project: Any,
    *,
    tags: Sequence[str | None] | None = None,
    **params: Any,
) -> R:
    """Create a resource and add its tags. If tagging fails, delete the resource.

    Args:
        kind: Class of the resource.
        session: The session.
        name: Display name.
        project: Project or its id. If None, the session's project.
        tags: Tags to add; None entries are ignored.
        **params: Further parameters; None values are omitted.

    Returns:
        The created resource.

    Raises:
        ValidationError: The resource type cannot be created, or a tag or the folder path is empty.
        OrionError: The request failed.
    """
    names = tags_of.tag_names(tags)
    check_folder_path(params.get("path"))
    created = kind(session=session)._create(
        name=name, project=project_id(session, project, params.get("path")), **params
    )
    if names:
        with delete_on_error(created):
            tags_of.add(session, created, names, None)
    return created


def find_existing(
    kind: type[R], session: SessionLike, name: str, *, project: Any, folder_path: str | None, if_exists: str | None
) -> R | None:
    """Find a resource with the same name in the same project and, if given, the same folder.

    The check is not atomic: two concurrent callers may both find nothing.

    Args:
        kind: Class of the resource.
        session: The session.
        name: Display name; exact match.
        project: Project or its id. If None, the session's project.
        folder_path: Path of the folder; None searches the whole project.
        if_exists: ``skip``, ``replace`` or ``error``; None disables the check.

    Returns:
        The existing resource; None if a new one should be created.

    Raises:
        ValidationError: `if_exists` is invalid, `folder_path` is empty, no project is known, or it is ``error`` and the name exists.
        MultipleResultsFound: `if_exists` is ``replace`` and several resources have the name.
        OrionError: The request failed.
    """
    check_folder_path(folder_path)
    if if_exists is None:
        return None
    own_project, endpoint = project_id(session, project, folder_path), kind.declaration.list
    if if_exists not in _IF_EXISTS or endpoint is None:
        raise ValidationError(f"if_exists must be one of {', '.join(_IF_EXISTS)}, not {if_exists!r:.60}")
    if own_project is None and not is_absolute(folder_path):
        raise ValidationError("if_exists requires a project: pass one, or set it in the profile")
    given = {"name": name, "project": own_project, "path": folder_path}
    filters = {key: value for key, value in given.items() if value}
    if if_exists == "skip" and "state" in kind.fields():
        # An incomplete upload of another process must not count as existing.
        filters["state"] = "ready"
    listing = Listing(session, endpoint, kind(), filters, exact=True)
    found = listing.first()
    if found is not None and if_exists == "error":
        raise ValidationError(
            f"{kind.__name__} {found._id()} named {name!r:.100} already exists in "
            + (f"project {own_project}" if own_project else str(folder_path))
        )
    return listing.one() if found is not None and if_exists == "replace" else found


def update_replaced(found: Resource, *, tags: Sequence[str | None] | None, description: str | None) -> None:
    """Update the tags and the description of a resource whose content is replaced.

    Args:
        found: The existing resource.
        tags: Tags to add; None entries are ignored.
        description: New description; None keeps the old one.

    Raises:
        ValidationError: A tag is empty.
        OrionError: The request failed.
    """
    endpoint, names = found.declaration.update, tags_of.tag_names(tags)
    if description is not None and endpoint is not None:
        found._call(endpoint, body={"description": description})
    if names:
        tags_of.add(found._require_session(), found, names, None)


@contextlib.contextmanager
def delete_on_error(resource: Resource, checkpoint: UploadCheckpoint | None = None) -> Iterator[None]:
    """Permanently delete a resource if the block fails, so that no incomplete resource is left on the server.

    Args:
        resource: The resource that was just created.
        checkpoint: Checkpoint of its upload. After an interrupt the resource is kept if the next run can resume the upload.

    Yields:
        Nothing.
    """
    try:
        yield
    except BaseException as error:
        if checkpoint is not None and checkpoint.is_resumable and not isinstance(error, Exception):
            raise
        endpoint = resource.declaration.delete
        # The original error is raised. A resource that cannot be deleted stays visible as not ready.
        with contextlib.suppress(OrionError):
            if endpoint is not None:
                query = {"immediate": True} if resource.declaration.trash else None
                resource._request(endpoint, query=query, timeout=_CLEANUP_SECONDS)
        if checkpoint is not None:
            checkpoint.clear()
        raise
    if checkpoint is not None:
        checkpoint.clear()
