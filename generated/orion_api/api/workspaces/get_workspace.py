"""Get a workspace.

Returns a workspace that the caller is a user of; any other workspace is 404.

`GET /api/v1/workspaces/{workspace_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.workspace_info import WorkspaceInfo

OPERATION = OPERATIONS["get_workspace"]


def build(
    workspace_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        workspace_id: Id of the workspace.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/workspaces/{_wire.encode_id('workspace_id', workspace_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> WorkspaceInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.workspace_info import WorkspaceInfo

    return _wire.parse_model(OPERATION, WorkspaceInfo.from_dict, data)


def sync_detailed(
    workspace_id: int | str,
    *,
    client: Sender,
) -> Response[WorkspaceInfo]:
    """Get a workspace; return the response, whatever its status.

    Args:
        workspace_id: Id of the workspace.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(workspace_id), check, parse)


def sync(
    workspace_id: int | str,
    *,
    client: Sender,
) -> WorkspaceInfo:
    """Get a workspace.

    Args:
        workspace_id: Id of the workspace.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The workspace.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(workspace_id), check, parse)


async def asyncio_detailed(
    workspace_id: int | str,
    *,
    client: AsyncSender,
) -> Response[WorkspaceInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(workspace_id), check, parse)


async def asyncio(
    workspace_id: int | str,
    *,
    client: AsyncSender,
) -> WorkspaceInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(workspace_id), check, parse)
