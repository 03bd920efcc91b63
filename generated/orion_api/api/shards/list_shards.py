"""List the shards of a collection.

The shards of a collection by id, newest last. Rejected with 409 while the collection is being deleted.

`GET /api/v1/storage/collections/{collection_id}/shards/`. Evidence: assumed.
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
    from ...models.shard_page import ShardPage

OPERATION = OPERATIONS["list_shards"]


def build(
    collection_id: int | str,
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    state: Sequence[str] | Unset = UNSET,
    name: str | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
        state: Only shards in this state; retry the parameter for several, of which any will do.
        name: Only items whose name contains this text; upper and lower case ASCII letters are the same.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/shards/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "state": state,
                "name": name,
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


def parse(data: Mapping[str, Any]) -> ShardPage:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.shard_page import ShardPage

    return _wire.parsed(OPERATION, ShardPage.from_dict, data)


def sync_detailed(
    collection_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    state: Sequence[str] | Unset = UNSET,
    name: str | Unset = UNSET,
) -> Response[ShardPage]:
    """List the shards of a collection; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
        state: Only shards in this state; retry the parameter for several, of which any will do.
        name: Only items whose name contains this text; upper and lower case ASCII letters are the same.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(
        client, build(collection_id, limit=limit, cursor=cursor, offset=offset, state=state, name=name), check, parse
    )


def sync(
    collection_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    state: Sequence[str] | Unset = UNSET,
    name: str | Unset = UNSET,
) -> ShardPage:
    """List the shards of a collection.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
        state: Only shards in this state; retry the parameter for several, of which any will do.
        name: Only items whose name contains this text; upper and lower case ASCII letters are the same.

    Returns:
        One page of shards.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(
        client, build(collection_id, limit=limit, cursor=cursor, offset=offset, state=state, name=name), check, parse
    )


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    state: Sequence[str] | Unset = UNSET,
    name: str | Unset = UNSET,
) -> Response[ShardPage]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
        client, build(collection_id, limit=limit, cursor=cursor, offset=offset, state=state, name=name), check, parse
    )


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    state: Sequence[str] | Unset = UNSET,
    name: str | Unset = UNSET,
) -> ShardPage:
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client, build(collection_id, limit=limit, cursor=cursor, offset=offset, state=state, name=name), check, parse
    )
