"""Delete a shard.

Deletes a shard and its content permanently; shards are not moved to the trash. Rejected with 409
(`collection_not_open`) unless the collection is open.

`DELETE /api/v1/storage/collections/{collection_id}/shards/{shard_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

OPERATION = OPERATIONS["delete_shard"]


def build(
    collection_id: int | str,
    shard_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.encode_id('collection_id', collection_id)}/shards/{_wire.encode_id('shard_id', shard_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a shard; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(collection_id, shard_id), check, None)


def sync(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a shard.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(collection_id, shard_id), check, _wire.parse_any)


async def asyncio_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(collection_id, shard_id), check, None)


async def asyncio(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(collection_id, shard_id), check, _wire.parse_any)
