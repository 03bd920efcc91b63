"""List whom a resource is shared with.

The shares by kind and id of those that they are for. Only who may change the resource sees them.

`GET /api/v1/shares/{resource_type}/{resource_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/shares/{_wire.text_segment('resource_type', resource_type)}/{_wire.number_segment('resource_id', resource_id)}/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> SharePage:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.share_page import SharePage

    return _wire.parsed(OPERATION, SharePage.from_dict, data)


def sync_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[SharePage]:
    """List whom a resource is shared with; return the response, whatever its status.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(
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
    """List whom a resource is shared with.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        One page of shares.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
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
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
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
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client, build(resource_type, resource_id, limit=limit, cursor=cursor, offset=offset), check, parse
    )
