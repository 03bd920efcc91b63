"""Delete a project.

Moves a project to the trash. Only the owner can delete a project, also an archived one, and only if none of its
jobs and service tasks is queued or running (409 `project_in_use`). The project and everything in it are
inaccessible from then on, also to users that items were shared with, until the owner restores the project:
nothing in it is changed or removed.

`DELETE /api/v1/projects/{project_id}/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["delete_project"]


def build(
    project_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        project_id: Id of the project.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/projects/{_wire.encode_id('project_id', project_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    project_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a project; return the response, whatever its status.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(project_id), check, None)


def sync(
    project_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a project.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(project_id), check, _wire.parse_any)


async def asyncio_detailed(
    project_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(project_id), check, None)


async def asyncio(
    project_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(project_id), check, _wire.parse_any)
