"""Tags: given, taken off and listed the same way for every kind that allows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orion_api.api.tags import add_tags, list_tags, remove_tags

from orionclient._resource import Id, Resource, SessionLike, resource_id
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def add(session: SessionLike, resource: Resource, tags: Sequence[str], project: Any) -> None:
    """Give tags to a resource.

    Args:
        session: The session.
        resource: The resource.
        tags: The tags.
        project: Project or id that they belong to; None for the resource's own.

    Raises:
        ValidationError: The kind cannot be tagged, or a tag is empty.
    """
    ids, body = _collect_ids(resource), {"tags": check_tag(tags), **_project_id(project)}
    session._calls.request_json(add_tags, ids, body=body)


def remove(session: SessionLike, resource: Resource, tags: Sequence[str], project: Any) -> None:
    """Take tags off a resource.

    Args:
        session: The session.
        resource: The resource.
        tags: The tags.
        project: Project or id that they belong to; None for the resource's own.

    Raises:
        ValidationError: The kind cannot be tagged, or a tag is empty.
    """
    ids, names = _collect_ids(resource), check_tag(tags)
    request = remove_tags.build(str(ids["resource_type"]), ids["resource_id"], tag=names)
    session._calls.send_built(remove_tags, request.with_query(_project_id(project)))


def iter_tags(session: SessionLike, resource: Resource) -> Iterator[dict[str, Any]]:
    """List the tags of a resource.

    Args:
        session: The session.
        resource: The resource.

    Returns:
        Iterator of dicts.

    Raises:
        ValidationError: The kind cannot be tagged.
    """
    return session._calls.iter_items(list_tags, _collect_ids(resource))


def _collect_ids(resource: Resource) -> dict[str, Id]:
    if not isinstance(resource, Resource) or not resource.declaration.taggable:
        raise ValidationError(f"{type(resource).__name__} cannot be tagged")
    return {"resource_type": resource.declaration.name, "resource_id": resource._id()}


def check_tag(tags: Sequence[str]) -> list[str]:
    """Reject tags that are none.

    Args:
        tags: The tags.

    Returns:
        A list of its own.

    Raises:
        ValidationError: There is no tag, or one is no text or empty.
    """
    if not tags:
        raise ValidationError("no tag was given")
    for tag in tags:
        if not isinstance(tag, str) or not tag.strip():
            raise ValidationError(f"a tag is a text that is not empty, not {tag!r:.60}")
    return list(tags)


def _project_id(project: Any) -> dict[str, Id]:
    if project is None:
        return {}
    return {"project": project._id() if isinstance(project, Resource) else resource_id(project, "project")}


def tag_names(tags: Sequence[str | None] | None) -> list[str]:
    """Check the tags that something new gets.

    Args:
        tags: The tags; None among them is left out, so that `job_tag()` can stand there outside a job too.

    Returns:
        The tags.

    Raises:
        ValidationError: One is empty or no text, or a single text stands where a list belongs.
    """
    if isinstance(tags, str):
        raise ValidationError(f"tags is a list of texts; write [{tags!r:.60}]")
    found = [tag for tag in tags or () if tag is not None]
    return check_tag(found) if found else []
