"""Delete a file.

Moves a file to the trash or, with `immediate`, removes it for good.

`DELETE /api/v3/storage/files/{file_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Request,
    Response,
    Sender,
    Unset,
    encode_query,
)

OPERATION = OPERATIONS["delete_file"]


def build(
    file_id: int | str,
    *,
    immediate: bool | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        file_id: Id of the file.
        immediate: True deletes for good at once, false (the default) moves to the trash.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/files/{_wire.number_segment('file_id', file_id)}/",
        query=encode_query(
            {
                "immediate": immediate,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    file_id: int | str,
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """Delete a file; return the response, whatever its status.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: True deletes for good at once, false (the default) moves to the trash.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(file_id, immediate=immediate), check, None)


def sync(
    file_id: int | str,
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> None:
    """Delete a file.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: True deletes for good at once, false (the default) moves to the trash.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(file_id, immediate=immediate), check, _wire.anything)


async def asyncio_detailed(
    file_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(file_id, immediate=immediate), check, None)


async def asyncio(
    file_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(file_id, immediate=immediate), check, _wire.anything)
