"""Get one shard.

Everything about a shard except its content. Rejected with 409 while the collection is being deleted.

`GET /api/v1/storage/collections/{collection_id}/shards/{shard_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.shard_info import ShardInfo

OPERATION = OPERATIONS["get_shard"]


def build(
    collection_id: int | str,
    shard_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/shards/{_wire.number_segment('shard_id', shard_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> ShardInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.shard_info import ShardInfo

    return _wire.parsed(OPERATION, ShardInfo.from_dict, data)


def sync_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
) -> Response[ShardInfo]:
    """Get one shard; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(collection_id, shard_id), check, parse)


def sync(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
) -> ShardInfo:
    """Get one shard.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The shard.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(collection_id, shard_id), check, parse)


async def asyncio_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
) -> Response[ShardInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(collection_id, shard_id), check, parse)


async def asyncio(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
) -> ShardInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(collection_id, shard_id), check, parse)
