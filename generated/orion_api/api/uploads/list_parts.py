"""List the parts of an upload.

The parts that are there, by number.

`GET /api/v3/storage/uploads/{upload_id}/parts/`. Evidence: assumed.
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
    from ...models.part_page import PartPage

OPERATION = OPERATIONS["list_parts"]


def build(
    upload_id: int | str,
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        upload_id: Id of the upload.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.number_segment('upload_id', upload_id)}/parts/",
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


def parse(data: Mapping[str, Any]) -> PartPage:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.part_page import PartPage

    return _wire.parsed(OPERATION, PartPage.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[PartPage]:
    """List the parts of an upload; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(upload_id, limit=limit, cursor=cursor, offset=offset), check, parse)


def sync(
    upload_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> PartPage:
    """List the parts of an upload.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        One page of parts.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(upload_id, limit=limit, cursor=cursor, offset=offset), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[PartPage]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(upload_id, limit=limit, cursor=cursor, offset=offset), check, parse)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> PartPage:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(upload_id, limit=limit, cursor=cursor, offset=offset), check, parse)
