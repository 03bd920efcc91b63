"""List the classifications of floes.

Lists the classifications of the `ready` floes that the caller can read, with those above them, ordered by path.
They are those in the specifications of the floes, unless the manifest of their package has `"classify_floes":
false` (the name is documented, the meaning is assumed).

`GET /api/v1/workfloes/classifications/`. Evidence: listed (source `commands`).
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
    from ...models.classification_page import ClassificationPage

OPERATION = OPERATIONS["list_classifications"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    path: str | Unset = UNSET,
    depth: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        name: Only classifications whose name contains this string; ASCII letters match case-insensitively.
        path: Only this classification and those below it, for example `Docking/Posing`.
        depth: Only classifications of this depth; 1 is the top level.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/workfloes/classifications/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "name": name,
                "path": path,
                "depth": depth,
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


def parse(data: Mapping[str, Any]) -> ClassificationPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.classification_page import ClassificationPage

    return _wire.parse_model(OPERATION, ClassificationPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    path: str | Unset = UNSET,
    depth: int | Unset = UNSET,
) -> Response[ClassificationPage]:
    """List the classifications of floes; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        name: Only classifications whose name contains this string; ASCII letters match case-insensitively.
        path: Only this classification and those below it, for example `Docking/Posing`.
        depth: Only classifications of this depth; 1 is the top level.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, path=path, depth=depth), check, parse
    )


def sync(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    path: str | Unset = UNSET,
    depth: int | Unset = UNSET,
) -> ClassificationPage:
    """List the classifications of floes.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        name: Only classifications whose name contains this string; ASCII letters match case-insensitively.
        path: Only this classification and those below it, for example `Docking/Posing`.
        depth: Only classifications of this depth; 1 is the top level.

    Returns:
        A page of classifications.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, path=path, depth=depth), check, parse
    )


async def asyncio_detailed(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    path: str | Unset = UNSET,
    depth: int | Unset = UNSET,
) -> Response[ClassificationPage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, path=path, depth=depth), check, parse
    )


async def asyncio(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    path: str | Unset = UNSET,
    depth: int | Unset = UNSET,
) -> ClassificationPage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, path=path, depth=depth), check, parse
    )
