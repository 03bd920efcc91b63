"""Abort an upload.

Removes the upload and its parts. What a complete upload has become the content of stays as it is.

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
    """Return the request; nothing is sent.

    Args:
        upload_id: Id of the upload.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.number_segment('upload_id', upload_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

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
    return _runtime.detailed(client, build(upload_id), check, None)


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
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(upload_id), check, _wire.anything)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(upload_id), check, None)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(upload_id), check, _wire.anything)
