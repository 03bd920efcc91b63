"""List scaling groups.

Lists the scaling groups of the caller's organization, ordered by id.

`GET /api/v1/scaling-groups/`. Evidence: listed (source `commands`).
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
    from ...models.scaling_group_page import ScalingGroupPage

OPERATION = OPERATIONS["list_scaling_groups"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/scaling-groups/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "order_by": order_by,
                "name": name,
                "name_contains": name_contains,
                "name_icontains": name_icontains,
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


def parse(data: Mapping[str, Any]) -> ScalingGroupPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.scaling_group_page import ScalingGroupPage

    return _wire.parse_model(OPERATION, ScalingGroupPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
) -> Response[ScalingGroupPage]:
    """List scaling groups; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
        ),
        check,
        parse,
    )


def sync(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
) -> ScalingGroupPage:
    """List scaling groups.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.

    Returns:
        A page of scaling groups.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
        ),
        check,
        parse,
    )


async def asyncio_detailed(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
) -> Response[ScalingGroupPage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
        ),
        check,
        parse,
    )


async def asyncio(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
) -> ScalingGroupPage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
        ),
        check,
        parse,
    )
