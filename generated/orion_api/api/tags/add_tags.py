"""Add tags to a resource.

A tag that the resource has already is left as it is.

`POST /api/v1/tags/{resource_type}/{resource_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.tag_names import TagNames

OPERATION = OPERATIONS["add_tags"]


def build(
    resource_type: str,
    resource_id: int | str,
    *,
    body: TagNames | Mapping[str, Any],
) -> Request:
    """Return the request; nothing is sent.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        body: The tags.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/tags/{_wire.text_segment('resource_type', resource_type)}/{_wire.number_segment('resource_id', resource_id)}/",
        body=Json(_wire.to_wire(body)),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: TagNames | Mapping[str, Any],
) -> Response[None]:
    """Add tags to a resource; return the response, whatever its status.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The tags.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(resource_type, resource_id, body=body), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: TagNames | Mapping[str, Any],
) -> None:
    """Add tags to a resource.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The tags.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(resource_type, resource_id, body=body), check, _wire.anything)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: TagNames | Mapping[str, Any],
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(resource_type, resource_id, body=body), check, None)


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: TagNames | Mapping[str, Any],
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(resource_type, resource_id, body=body), check, _wire.anything)
