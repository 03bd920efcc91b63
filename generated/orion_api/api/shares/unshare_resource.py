"""Revoke a share.

Only users who can change the resource can revoke its shares. A share that does not exist is ignored. The owner
of a project or workspace cannot be removed from it (409 `owner`).

`DELETE /api/v1/shares/{resource_type}/{resource_id}/`. Evidence: listed (source `commands`).
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
    encode_query,
)

if TYPE_CHECKING:
    from ...models.unshare_resource_target_type import UnshareResourceTargetType

OPERATION = OPERATIONS["unshare_resource"]


def build(
    resource_type: str,
    resource_id: int | str,
    *,
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> Request:
    """Build the request without sending it.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        target_type: Type of the share target.
        target_id: Id of the user, group, project, workspace or organization.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/shares/{_wire.encode_segment('resource_type', resource_type)}/{_wire.encode_id('resource_id', resource_id)}/",
        query=encode_query(
            {
                "target_type": target_type,
                "target_id": target_id,
            }
        ),
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
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> Response[None]:
    """Revoke a share; return the response, whatever its status.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        target_type: Type of the share target.
        target_id: Id of the user, group, project, workspace or organization.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(
        client, build(resource_type, resource_id, target_type=target_type, target_id=target_id), check, None
    )


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> None:
    """Revoke a share.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        target_type: Type of the share target.
        target_id: Id of the user, group, project, workspace or organization.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(
        client, build(resource_type, resource_id, target_type=target_type, target_id=target_id), check, _wire.parse_any
    )


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(resource_type, resource_id, target_type=target_type, target_id=target_id), check, None
    )


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(
        client, build(resource_type, resource_id, target_type=target_type, target_id=target_id), check, _wire.parse_any
    )
