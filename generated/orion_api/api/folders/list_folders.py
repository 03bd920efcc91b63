"""List folders.

Lists the folders of the caller's projects, in all roots that the caller sees, ordered by project and path.

`GET /api/v1/folders/`. Evidence: assumed.
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
    from ...models.folder_page import FolderPage

OPERATION = OPERATIONS["list_folders"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    path_contains: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        path_contains: Only items whose folder path contains this string, in the same case; the path of the root is `/`.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/folders/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "project": project,
                "owner": owner,
                "path_contains": path_contains,
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


def parse(data: Mapping[str, Any]) -> FolderPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.folder_page import FolderPage

    return _wire.parse_model(OPERATION, FolderPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    path_contains: str | Unset = UNSET,
) -> Response[FolderPage]:
    """List folders; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        path_contains: Only items whose folder path contains this string, in the same case; the path of the root is `/`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client,
        build(limit=limit, cursor=cursor, offset=offset, project=project, owner=owner, path_contains=path_contains),
        check,
        parse,
    )


def sync(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    path_contains: str | Unset = UNSET,
) -> FolderPage:
    """List folders.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        path_contains: Only items whose folder path contains this string, in the same case; the path of the root is `/`.

    Returns:
        A page of folders.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client,
        build(limit=limit, cursor=cursor, offset=offset, project=project, owner=owner, path_contains=path_contains),
        check,
        parse,
    )


async def asyncio_detailed(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    path_contains: str | Unset = UNSET,
) -> Response[FolderPage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client,
        build(limit=limit, cursor=cursor, offset=offset, project=project, owner=owner, path_contains=path_contains),
        check,
        parse,
    )


async def asyncio(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    path_contains: str | Unset = UNSET,
) -> FolderPage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client,
        build(limit=limit, cursor=cursor, offset=offset, project=project, owner=owner, path_contains=path_contains),
        check,
        parse,
    )
