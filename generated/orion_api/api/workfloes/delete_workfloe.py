"""Delete a floe.

Deletes a floe of a package permanently, also if its package was deleted. Rejected with 409 (`floe_in_use`)
until all its jobs are complete, and with 403 for a floe of the stack. Its jobs remain.

`DELETE /api/v1/workfloes/{workfloe_id}/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["delete_workfloe"]


def build(
    workfloe_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        workfloe_id: Id of the floe.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/workfloes/{_wire.encode_id('workfloe_id', workfloe_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    workfloe_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a floe; return the response, whatever its status.

    Args:
        workfloe_id: Id of the floe.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(workfloe_id), check, None)


def sync(
    workfloe_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a floe.

    Args:
        workfloe_id: Id of the floe.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(workfloe_id), check, _wire.parse_any)


async def asyncio_detailed(
    workfloe_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(workfloe_id), check, None)


async def asyncio(
    workfloe_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(workfloe_id), check, _wire.parse_any)
