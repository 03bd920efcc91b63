"""List datasets.

Lists the datasets of the caller's projects, ordered by id. Datasets shared with the caller are included unless
`project` or `deleted` is set.

`GET /api/v1/storage/datasets/`. Evidence: listed (source `commands`).
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
    from ...models.dataset_page import DatasetPage
    from ...models.tag_match import TagMatch

OPERATION = OPERATIONS["list_datasets"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    systag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    path: str | Unset = UNSET,
    path_contains: str | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    expired: bool | Unset = UNSET,
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
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        systag_filters: Only datasets that have at least one of these system tags; `tag_match` sets how they are compared.
            Repeat the parameter to pass several tags. The meaning is assumed, and so is that only datasets have
            system tags.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        path: Only items in the folder with this path, subfolders excluded; `/` for items that are not in a
            folder. A path that is not absolute is one of the team roots of all projects of the caller, or of
            `project`.
        path_contains: Only items whose folder path contains this string, in the same case; the path of the root is `/`.
        deleted: If true, only items in the trash; if false, only other items. Defaults to false.
        expired: With `deleted`, include items that were moved to the trash more than 30 days ago. Defaults to false.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/storage/datasets/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "order_by": order_by,
                "name": name,
                "name_contains": name_contains,
                "name_icontains": name_icontains,
                "project": project,
                "owner": owner,
                "tags": tags,
                "tag_filters": tag_filters,
                "systag_filters": systag_filters,
                "tag_match": tag_match,
                "path": path,
                "path_contains": path_contains,
                "deleted": deleted,
                "expired": expired,
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


def parse(data: Mapping[str, Any]) -> DatasetPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.dataset_page import DatasetPage

    return _wire.parse_model(OPERATION, DatasetPage.from_dict, data)


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
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    systag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    path: str | Unset = UNSET,
    path_contains: str | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    expired: bool | Unset = UNSET,
) -> Response[DatasetPage]:
    """List datasets; return the response, whatever its status.

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
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        systag_filters: Only datasets that have at least one of these system tags; `tag_match` sets how they are compared.
            Repeat the parameter to pass several tags. The meaning is assumed, and so is that only datasets have
            system tags.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        path: Only items in the folder with this path, subfolders excluded; `/` for items that are not in a
            folder. A path that is not absolute is one of the team roots of all projects of the caller, or of
            `project`.
        path_contains: Only items whose folder path contains this string, in the same case; the path of the root is `/`.
        deleted: If true, only items in the trash; if false, only other items. Defaults to false.
        expired: With `deleted`, include items that were moved to the trash more than 30 days ago. Defaults to false.

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
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            systag_filters=systag_filters,
            tag_match=tag_match,
            path=path,
            path_contains=path_contains,
            deleted=deleted,
            expired=expired,
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
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    systag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    path: str | Unset = UNSET,
    path_contains: str | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    expired: bool | Unset = UNSET,
) -> DatasetPage:
    """List datasets.

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
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        systag_filters: Only datasets that have at least one of these system tags; `tag_match` sets how they are compared.
            Repeat the parameter to pass several tags. The meaning is assumed, and so is that only datasets have
            system tags.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        path: Only items in the folder with this path, subfolders excluded; `/` for items that are not in a
            folder. A path that is not absolute is one of the team roots of all projects of the caller, or of
            `project`.
        path_contains: Only items whose folder path contains this string, in the same case; the path of the root is `/`.
        deleted: If true, only items in the trash; if false, only other items. Defaults to false.
        expired: With `deleted`, include items that were moved to the trash more than 30 days ago. Defaults to false.

    Returns:
        A page of datasets.

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
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            systag_filters=systag_filters,
            tag_match=tag_match,
            path=path,
            path_contains=path_contains,
            deleted=deleted,
            expired=expired,
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
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    systag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    path: str | Unset = UNSET,
    path_contains: str | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    expired: bool | Unset = UNSET,
) -> Response[DatasetPage]:
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
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            systag_filters=systag_filters,
            tag_match=tag_match,
            path=path,
            path_contains=path_contains,
            deleted=deleted,
            expired=expired,
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
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    systag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    path: str | Unset = UNSET,
    path_contains: str | Unset = UNSET,
    deleted: bool | Unset = UNSET,
    expired: bool | Unset = UNSET,
) -> DatasetPage:
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
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            systag_filters=systag_filters,
            tag_match=tag_match,
            path=path,
            path_contains=path_contains,
            deleted=deleted,
            expired=expired,
        ),
        check,
        parse,
    )
