"""Delete a service task.

Stops a service task and deletes it with its log permanently.

`DELETE /api/v1/services/tasks/{service_task_id}/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["delete_service_task"]


def build(
    service_task_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        service_task_id: Id of the service task.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/services/tasks/{_wire.encode_id('service_task_id', service_task_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    service_task_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a service task; return the response, whatever its status.

    Args:
        service_task_id: Id of the service task.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(service_task_id), check, None)


def sync(
    service_task_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a service task.

    Args:
        service_task_id: Id of the service task.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(service_task_id), check, _wire.parse_any)


async def asyncio_detailed(
    service_task_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(service_task_id), check, None)


async def asyncio(
    service_task_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(service_task_id), check, _wire.parse_any)
