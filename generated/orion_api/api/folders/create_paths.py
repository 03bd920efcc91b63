"""Create folders.

Creates the folders with the given paths. Parent folders are created too, and existing folders left unchanged,
unless `parents` is false: then a missing parent is rejected with 404 `no_parent`, an existing folder with 409
`exists`, and nothing is created.

`POST /api/v1/folders/`. Evidence: listed (source `session`).
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
    from ...models.folder_paths import FolderPaths

OPERATION = OPERATIONS["create_paths"]


def build(
    *,
    body: FolderPaths | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        body: The folders to create.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/folders/",
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
    *,
    client: Sender,
    body: FolderPaths | Mapping[str, Any],
) -> Response[None]:
    """Create folders; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The folders to create.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(body=body), check, None)


def sync(
    *,
    client: Sender,
    body: FolderPaths | Mapping[str, Any],
) -> None:
    """Create folders.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The folders to create.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(body=body), check, _wire.parse_any)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: FolderPaths | Mapping[str, Any],
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body), check, None)


async def asyncio(
    *,
    client: AsyncSender,
    body: FolderPaths | Mapping[str, Any],
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(body=body), check, _wire.parse_any)
