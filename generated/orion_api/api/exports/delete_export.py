"""Delete an export.

Deletes an export of the caller with its content permanently.

`DELETE /api/v1/exports/{export_id}/`. Evidence: assumed.
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

OPERATION = OPERATIONS["delete_export"]


def build(
    export_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        export_id: Id of the export.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/exports/{_wire.encode_id('export_id', export_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    export_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete an export; return the response, whatever its status.

    Args:
        export_id: Id of the export.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(export_id), check, None)


def sync(
    export_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete an export.

    Args:
        export_id: Id of the export.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(export_id), check, _wire.parse_any)


async def asyncio_detailed(
    export_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(export_id), check, None)


async def asyncio(
    export_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(export_id), check, _wire.parse_any)
