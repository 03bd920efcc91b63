"""Share a resource.

Grants read access: the targets can get, list and download the resource, but not change, delete, tag or share
it. Only users who can change the resource can share it, and only with users and groups of their organization,
with projects that they are members of, with workspaces that they are users of, and with their organization. A
share with a project or a workspace applies to its members or users at the time of access. An existing share is
left unchanged. A workspace can be shared only with members of its project, who become users of it. A project
can be shared only by its owner, with users and groups, who become members and can change everything in it.

`POST /api/v1/shares/{resource_type}/{resource_id}/`. Evidence: listed (source `commands`).
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
    from ...models.share_target import ShareTarget

OPERATION = OPERATIONS["share_resource"]


def build(
    resource_type: str,
    resource_id: int | str,
    *,
    body: ShareTarget | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        body: The targets to share the resource with.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/shares/{_wire.encode_segment('resource_type', resource_type)}/{_wire.encode_id('resource_id', resource_id)}/",
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
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: ShareTarget | Mapping[str, Any],
) -> Response[None]:
    """Share a resource; return the response, whatever its status.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The targets to share the resource with.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(resource_type, resource_id, body=body), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: ShareTarget | Mapping[str, Any],
) -> None:
    """Share a resource.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The targets to share the resource with.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(resource_type, resource_id, body=body), check, _wire.parse_any)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: ShareTarget | Mapping[str, Any],
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(resource_type, resource_id, body=body), check, None)


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: ShareTarget | Mapping[str, Any],
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(resource_type, resource_id, body=body), check, _wire.parse_any)
