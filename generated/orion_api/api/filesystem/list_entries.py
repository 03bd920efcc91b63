"""List a folder.

Lists the subfolders and items directly in the folder, folders first. The path or address of an item lists this
item alone; a path that names a folder and items lists the folder. With `deleted`, lists the items in the trash
that were in the folder, which may have been removed itself. Filters that folders have no value for (`tags`,
`deleted`, `expired`) exclude folders.

`GET /api/v1/fs/entries/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from ...models.entry_page import EntryPage
    from ...models.list_entries_types_item import ListEntriesTypesItem

OPERATION = OPERATIONS["list_entries"]


def build(
    *,
    path: str,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    owner: int | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    types: Sequence[ListEntriesTypesItem | str] | Unset = UNSET,
    expired: bool | Unset = UNSET,
    order_by: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        path: Absolute path of a folder or an item, or the address of an item.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        owner: Only items of the user with this id.
        deleted: If true, only items in the trash; if false, only other items. Defaults to false.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        types: Only entries of these types. Repeat the parameter to pass several types.
        expired: With `deleted`, include items that were moved to the trash more than 30 days ago. Defaults to false.
        order_by: Order of the entries, folders first in any case; entries that are equal in it are ordered by id.
            Defaults to name.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/fs/entries/",
        query=encode_query(
            {
                "path": path,
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "name": name,
                "tags": tags,
                "owner": owner,
                "deleted": deleted,
                "name_contains": name_contains,
                "name_icontains": name_icontains,
                "types": types,
                "expired": expired,
                "order_by": order_by,
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


def parse(data: Mapping[str, Any]) -> EntryPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.entry_page import EntryPage

    return _wire.parse_model(OPERATION, EntryPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    path: str,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    owner: int | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    types: Sequence[ListEntriesTypesItem | str] | Unset = UNSET,
    expired: bool | Unset = UNSET,
    order_by: str | Unset = UNSET,
) -> Response[EntryPage]:
    """List a folder; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        path: Absolute path of a folder or an item, or the address of an item.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        owner: Only items of the user with this id.
        deleted: If true, only items in the trash; if false, only other items. Defaults to false.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        types: Only entries of these types. Repeat the parameter to pass several types.
        expired: With `deleted`, include items that were moved to the trash more than 30 days ago. Defaults to false.
        order_by: Order of the entries, folders first in any case; entries that are equal in it are ordered by id.
            Defaults to name.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client,
        build(
            path=path,
            limit=limit,
            cursor=cursor,
            offset=offset,
            name=name,
            tags=tags,
            owner=owner,
            deleted=deleted,
            name_contains=name_contains,
            name_icontains=name_icontains,
            types=types,
            expired=expired,
            order_by=order_by,
        ),
        check,
        parse,
    )


def sync(
    *,
    client: Sender,
    path: str,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    owner: int | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    types: Sequence[ListEntriesTypesItem | str] | Unset = UNSET,
    expired: bool | Unset = UNSET,
    order_by: str | Unset = UNSET,
) -> EntryPage:
    """List a folder.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        path: Absolute path of a folder or an item, or the address of an item.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        owner: Only items of the user with this id.
        deleted: If true, only items in the trash; if false, only other items. Defaults to false.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        types: Only entries of these types. Repeat the parameter to pass several types.
        expired: With `deleted`, include items that were moved to the trash more than 30 days ago. Defaults to false.
        order_by: Order of the entries, folders first in any case; entries that are equal in it are ordered by id.
            Defaults to name.

    Returns:
        A page of entries.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client,
        build(
            path=path,
            limit=limit,
            cursor=cursor,
            offset=offset,
            name=name,
            tags=tags,
            owner=owner,
            deleted=deleted,
            name_contains=name_contains,
            name_icontains=name_icontains,
            types=types,
            expired=expired,
            order_by=order_by,
        ),
        check,
        parse,
    )


async def asyncio_detailed(
    *,
    client: AsyncSender,
    path: str,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    owner: int | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    types: Sequence[ListEntriesTypesItem | str] | Unset = UNSET,
    expired: bool | Unset = UNSET,
    order_by: str | Unset = UNSET,
) -> Response[EntryPage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client,
        build(
            path=path,
            limit=limit,
            cursor=cursor,
            offset=offset,
            name=name,
            tags=tags,
            owner=owner,
            deleted=deleted,
            name_contains=name_contains,
            name_icontains=name_icontains,
            types=types,
            expired=expired,
            order_by=order_by,
        ),
        check,
        parse,
    )


async def asyncio(
    *,
    client: AsyncSender,
    path: str,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    owner: int | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    types: Sequence[ListEntriesTypesItem | str] | Unset = UNSET,
    expired: bool | Unset = UNSET,
    order_by: str | Unset = UNSET,
) -> EntryPage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client,
        build(
            path=path,
            limit=limit,
            cursor=cursor,
            offset=offset,
            name=name,
            tags=tags,
            owner=owner,
            deleted=deleted,
            name_contains=name_contains,
            name_icontains=name_icontains,
            types=types,
            expired=expired,
            order_by=order_by,
        ),
        check,
        parse,
    )
