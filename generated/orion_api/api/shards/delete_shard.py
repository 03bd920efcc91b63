"""Delete a shard.

Removes a shard and its content for good; there is no trash for shards. Only in an open collection; any other
rejects with 409 (`collection_not_open`).

`DELETE /api/v1/storage/collections/{collection_id}/shards/{shard_id}/`. Evidence: assumed.
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
    """Return an empty dict: no content is documented.

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
    return _runtime.detailed(client, build(collection_id, shard_id), check, None)


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
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(collection_id, shard_id), check, _wire.anything)


async def asyncio_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(collection_id, shard_id), check, None)


async def asyncio(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(collection_id, shard_id), check, _wire.anything)
