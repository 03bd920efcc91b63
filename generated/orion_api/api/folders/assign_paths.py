"""Assign resources to folders.

Moves each resource to a folder, created if missing: one of the team root of its own project, or of any root
with an absolute path, also in another project. `/` removes it from its folder. A resource is in one folder at
most. Atomic: either all assignments are made or none.

`POST /api/v1/folders/assignments/`. Evidence: listed (source `session`).
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
    from ...models.path_assignments import PathAssignments

OPERATION = OPERATIONS["assign_paths"]


def build(
    *,
    body: PathAssignments | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        body: The assignments.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/folders/assignments/",
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
    body: PathAssignments | Mapping[str, Any],
) -> Response[None]:
    """Assign resources to folders; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The assignments.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(body=body), check, None)


def sync(
    *,
    client: Sender,
    body: PathAssignments | Mapping[str, Any],
) -> None:
    """Assign resources to folders.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The assignments.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(body=body), check, _wire.parse_any)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: PathAssignments | Mapping[str, Any],
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body), check, None)


async def asyncio(
    *,
    client: AsyncSender,
    body: PathAssignments | Mapping[str, Any],
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(body=body), check, _wire.parse_any)
