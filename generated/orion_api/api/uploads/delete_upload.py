"""Abort an upload.

Deletes the upload and its parts. Content from a completed upload is not affected.

`DELETE /api/v3/storage/uploads/{upload_id}/`. Evidence: assumed.
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

OPERATION = OPERATIONS["delete_upload"]


def build(
    upload_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        upload_id: Id of the upload.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.encode_id('upload_id', upload_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    upload_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Abort an upload; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(upload_id), check, None)


def sync(
    upload_id: int | str,
    *,
    client: Sender,
) -> None:
    """Abort an upload.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(upload_id), check, _wire.parse_any)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(upload_id), check, None)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(upload_id), check, _wire.parse_any)
