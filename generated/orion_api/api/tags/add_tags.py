"""Add tags to a resource.

Tags that the resource already has are left unchanged.

`POST /api/v1/tags/{resource_type}/{resource_id}/`. Evidence: listed (source `commands`).
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
    """Build the request without sending it.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        body: The tags to add.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/tags/{_wire.encode_segment('resource_type', resource_type)}/{_wire.encode_id('resource_id', resource_id)}/",
        body=Json(_wire.to_wire(body)),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

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
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The tags to add.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(resource_type, resource_id, body=body), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: TagNames | Mapping[str, Any],
) -> None:
    """Add tags to a resource.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The tags to add.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(resource_type, resource_id, body=body), check, _wire.parse_any)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: TagNames | Mapping[str, Any],
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(resource_type, resource_id, body=body), check, None)


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: TagNames | Mapping[str, Any],
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(resource_type, resource_id, body=body), check, _wire.parse_any)
