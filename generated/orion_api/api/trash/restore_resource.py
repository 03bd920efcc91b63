"""Restore a resource from the trash.

Restores a file, dataset, collection or project. An item returns to its project and folder, which is created if
it was removed meanwhile. Needs permission to change the resource; only the owner can restore a project. A
resource that was moved to the trash more than 30 days ago cannot be restored (409 `expired`). A resource that
is not in the trash is left unchanged.

`POST /api/v1/trash/{resource_type}/{resource_id}/restore/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

OPERATION = OPERATIONS["restore_resource"]


def build(
    resource_type: str,
    resource_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        resource_type: Type of the resource, for example `file` or `project`.
        resource_id: Id of the resource.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/trash/{_wire.encode_segment('resource_type', resource_type)}/{_wire.encode_id('resource_id', resource_id)}/restore/",
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
) -> Response[None]:
    """Restore a resource from the trash; return the response, whatever its status.

    Args:
        resource_type: Type of the resource, for example `file` or `project`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(resource_type, resource_id), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
) -> None:
    """Restore a resource from the trash.

    Args:
        resource_type: Type of the resource, for example `file` or `project`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(resource_type, resource_id), check, _wire.parse_any)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(resource_type, resource_id), check, None)


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(resource_type, resource_id), check, _wire.parse_any)
