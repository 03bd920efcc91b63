"""Take a share back.

Only who may change the resource may take its shares back. A share that is not there is silently left out.

`DELETE /api/v1/shares/{resource_type}/{resource_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        target_type: Kind of those whom it is shared with.
        target_id: Id of the user, group, project or organization.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/shares/{_wire.text_segment('resource_type', resource_type)}/{_wire.number_segment('resource_id', resource_id)}/",
        query=encode_query(
            {
                "target_type": target_type,
                "target_id": target_id,
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
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> Response[None]:
    """Take a share back; return the response, whatever its status.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        target_type: Kind of those whom it is shared with.
        target_id: Id of the user, group, project or organization.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(
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
    """Take a share back.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        target_type: Kind of those whom it is shared with.
        target_id: Id of the user, group, project or organization.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(
        client, build(resource_type, resource_id, target_type=target_type, target_id=target_id), check, _wire.anything
    )


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    target_type: UnshareResourceTargetType | str,
    target_id: int,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
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
    """As `sync`, asynchronously."""
    await _runtime.acall(
        client, build(resource_type, resource_id, target_type=target_type, target_id=target_id), check, _wire.anything
    )
