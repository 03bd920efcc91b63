"""Create folders.

Makes every folder that the paths name, those above included. A folder that is there already is left as it is.

`POST /api/v1/folders/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        body: The paths.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/folders/",
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
    *,
    client: Sender,
    body: FolderPaths | Mapping[str, Any],
) -> Response[None]:
    """Create folders; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The paths.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(body=body), check, None)


def sync(
    *,
    client: Sender,
    body: FolderPaths | Mapping[str, Any],
) -> None:
    """Create folders.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The paths.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(body=body), check, _wire.anything)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: FolderPaths | Mapping[str, Any],
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(body=body), check, None)


async def asyncio(
    *,
    client: AsyncSender,
    body: FolderPaths | Mapping[str, Any],
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(body=body), check, _wire.anything)
