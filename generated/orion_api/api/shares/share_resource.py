"""Share a resource.

Whom it is shared with may read the resource: get, list and download it, but not change, delete, tag or share
it. Only who may change it may share it, and only with users and groups of the own organization, with projects
that the caller is a member of, and with the own organization. A share that is there already is left as it is.

`POST /api/v1/shares/{resource_type}/{resource_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        body: Whom to share it with.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/shares/{_wire.text_segment('resource_type', resource_type)}/{_wire.number_segment('resource_id', resource_id)}/",
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
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: ShareTarget | Mapping[str, Any],
) -> Response[None]:
    """Share a resource; return the response, whatever its status.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Whom to share it with.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(resource_type, resource_id, body=body), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    body: ShareTarget | Mapping[str, Any],
) -> None:
    """Share a resource.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Whom to share it with.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(resource_type, resource_id, body=body), check, _wire.anything)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: ShareTarget | Mapping[str, Any],
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(resource_type, resource_id, body=body), check, None)


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    body: ShareTarget | Mapping[str, Any],
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(resource_type, resource_id, body=body), check, _wire.anything)
