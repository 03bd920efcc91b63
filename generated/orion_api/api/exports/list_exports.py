"""List exports.

Lists the exports that the caller created, ordered by id.

`GET /api/v1/exports/`. Evidence: assumed.
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
    from ...models.export_page import ExportPage

OPERATION = OPERATIONS["list_exports"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    report_type: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        report_type: Only exports of this type of report.
        state: Only exports in this state.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/exports/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "order_by": order_by,
                "name": name,
                "report_type": report_type,
                "state": state,
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


def parse(data: Mapping[str, Any]) -> ExportPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.export_page import ExportPage

    return _wire.parse_model(OPERATION, ExportPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    report_type: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Response[ExportPage]:
    """List exports; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        report_type: Only exports of this type of report.
        state: Only exports in this state.

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
            report_type=report_type,
            state=state,
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
    report_type: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> ExportPage:
    """List exports.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        report_type: Only exports of this type of report.
        state: Only exports in this state.

    Returns:
        A page of exports.

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
            report_type=report_type,
            state=state,
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
    report_type: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Response[ExportPage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            report_type=report_type,
            state=state,
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
    report_type: str | Unset = UNSET,
    state: str | Unset = UNSET,
) -> ExportPage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            report_type=report_type,
            state=state,
        ),
        check,
        parse,
    )
