"""Add, remove and list the tags of resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orion_api.api import tags as api

from orionclient._resources.resource import Id, Resource, SessionLike, reference_id
from orionclient._transport.request import check_encodable
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def add(session: SessionLike, resource: Resource, tags: Sequence[str], project: Any) -> None:
    """Add tags to a resource.

    Args:
        session: The session.
        resource: The resource.
        tags: The tags.
        project: Project of the tags or its id; None for the project of the resource.

    Raises:
        ValidationError: The resource cannot be tagged, or a tag is empty.
    """
    ids, body = _collect_ids(resource), {"tags": check_tags(tags), **_project_id(project)}
    session._calls.request_json(api.add_tags, ids, body=body)


def remove(session: SessionLike, resource: Resource, tags: Sequence[str], project: Any) -> None:
    """Remove tags from a resource.

    Args:
        session: The session.
        resource: The resource.
        tags: The tags.
        project: Project of the tags or its id; None for the project of the resource.

    Raises:
        ValidationError: The resource cannot be tagged, or a tag is empty.
    """
    ids, names = _collect_ids(resource), check_tags(tags)
    session._calls.request_json(api.remove_tags, ids, query=_project_id(project), tag=names)


def iter_tags(session: SessionLike, resource: Resource) -> Iterator[dict[str, Any]]:
    """Iterate over the tags of a resource.

    Args:
        session: The session.
        resource: The resource.

    Returns:
        Iterator over the tags as dicts.

    Raises:
        ValidationError: The resource cannot be tagged.
    """
    return session._calls.iter_items(api.list_tags, _collect_ids(resource))


def _collect_ids(resource: Resource) -> dict[str, Id]:
    if not isinstance(resource, Resource) or not resource.declaration.taggable:
        raise ValidationError(f"{type(resource).__name__} cannot be tagged")
    return {"resource_type": resource.declaration.name, "resource_id": resource._id()}


def check_tags(tags: Sequence[str]) -> list[str]:
    """Validate tags.

    Args:
        tags: The tags.

    Returns:
        A copy as a list.

    Raises:
        ValidationError: There is no tag, or one is empty, not a string or not encodable as UTF-8.
    """
    if not tags:
        raise ValidationError("no tag given")
    for tag in tags:
        if not isinstance(tag, str) or not tag.strip():
            raise ValidationError(f"a tag must be a non-empty string, not {tag!r:.60}")
    check_encodable(list(tags), "tags")
    return list(tags)


def _project_id(project: Any) -> dict[str, Id]:
    return {} if project is None else {"project": reference_id(project, "project")}


def tag_names(tags: Sequence[str | None] | None) -> list[str]:
    """Validate the tags for a new resource.

    Args:
        tags: The tags; None entries are ignored, so that `job_tag()` can be passed outside a job too.

    Returns:
        The tags.

    Raises:
        ValidationError: A tag is empty or not a string, or `tags` is a string.
    """
    if isinstance(tags, str):
        raise ValidationError(f"tags must be a list of strings; write [{tags!r:.60}]")
    found = [tag for tag in (() if tags is None else tags) if tag is not None]
    return check_tags(found) if found else []
