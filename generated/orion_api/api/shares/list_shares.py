"""List the shares of a resource.

Lists the shares ordered by type and id of their targets. Only users who can change the resource can list them.
The shares of a floe are those of its package; a floe without a package has none. The shares of a workspace are
its users, and include its owner. The shares of a project are its members, users and groups, and include its
owner; any member can list them.

`GET /api/v1/shares/{resource_type}/{resource_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from ...models.share_page import SharePage

OPERATION = OPERATIONS["list_shares"]


def build(
    resource_type: str,
    resource_id: int | str,
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/shares/{_wire.encode_segment('resource_type', resource_type)}/{_wire.encode_id('resource_id', resource_id)}/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> SharePage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.share_page import SharePage

    return _wire.parse_model(OPERATION, SharePage.from_dict, data)


def sync_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[SharePage]:
    """List the shares of a resource; return the response, whatever its status.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client, build(resource_type, resource_id, limit=limit, cursor=cursor, offset=offset), check, parse
    )


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> SharePage:
    """List the shares of a resource.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.

    Returns:
        A page of shares.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client, build(resource_type, resource_id, limit=limit, cursor=cursor, offset=offset), check, parse
    )


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[SharePage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(resource_type, resource_id, limit=limit, cursor=cursor, offset=offset), check, parse
    )


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> SharePage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client, build(resource_type, resource_id, limit=limit, cursor=cursor, offset=offset), check, parse
    )
