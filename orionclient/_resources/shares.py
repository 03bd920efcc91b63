"""Share resources, revoke shares and list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orion_api.api import shares as api

from orionclient._resources.registry import KINDS
from orionclient._resources.resource import Id, Resource, SessionLike
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def share(session: SessionLike, resource: Resource, share_with: Resource) -> None:
    """Share a resource.

    Args:
        session: The session.
        resource: The resource.
        share_with: The user, group, project, workspace or organization to share it with.

    Raises:
        ValidationError: The resource cannot be shared, a resource has no valid id, or `share_with` is of another type.
    """
    ids, target = _collect_ids(resource), _build_target(resource, share_with)
    session._calls.request_json(api.share_resource, ids, body=target)


def unshare(session: SessionLike, resource: Resource, share_with: Resource) -> None:
    """Revoke a share.

    Args:
        session: The session.
        resource: The resource.
        share_with: The user, group, project, workspace or organization that it was shared with.

    Raises:
        ValidationError: The resource cannot be shared, a resource has no valid id, or `share_with` is of another type.
    """
    ids, target = _collect_ids(resource), _build_target(resource, share_with)
    session._calls.request_json(api.unshare_resource, ids, **target)


def iter_shares(session: SessionLike, resource: Resource) -> Iterator[dict[str, Any]]:
    """Iterate over the shares of a resource.

    Args:
        session: The session.
        resource: The resource.

    Returns:
        Iterator over the shares as dicts.

    Raises:
        ValidationError: The resource type has no shares, or the resource has no valid id.
    """
    return session._calls.iter_items(api.list_shares, _collect_ids(resource, listing=True))


def _collect_ids(resource: Resource, *, listing: bool = False) -> dict[str, Id]:
    declared = resource.declaration if isinstance(resource, Resource) else None
    if declared is None or not (declared.lists_shares if listing else declared.sharable):
        raise ValidationError(f"{type(resource).__name__} cannot be shared")
    return {"resource_type": declared.name, "resource_id": resource._id()}


def _build_target(resource: Resource, share_with: Any) -> Mapping[str, Any]:
    targets = resource.declaration.share_targets
    if not isinstance(share_with, Resource) or share_with.declaration.name not in targets:
        names = ", ".join(KINDS[name].__name__ for name in targets)
        must = f"be one of {names}" if len(targets) > 1 else f"be a {names}"
        raise ValidationError(f"share_with must {must}, for example User(id=7), not {share_with!r:.60}")
    return {"target_type": share_with.declaration.name, "target_id": share_with._id()}
