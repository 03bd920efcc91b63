"""Delete a collection.

Moves a collection with its shards to the trash (soft delete) or, with `immediate`, deletes them permanently. A
large collection is deleted in the background; until then its state is `deleting` and its shards cannot be read.

`DELETE /api/v1/storage/collections/{collection_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

OPERATION = OPERATIONS["delete_collection"]


def build(
    collection_id: int | str,
    *,
    immediate: bool | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        collection_id: Id of the collection.
        immediate: If true, delete permanently; if false, move to the trash (soft delete). Defaults to false.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.encode_id('collection_id', collection_id)}/",
        query=encode_query(
            {
                "immediate": immediate,
            }
        ),
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
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """Delete a collection; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: If true, delete permanently; if false, move to the trash (soft delete). Defaults to false.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(collection_id, immediate=immediate), check, None)


def sync(
    collection_id: int | str,
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> None:
    """Delete a collection.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: If true, delete permanently; if false, move to the trash (soft delete). Defaults to false.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(collection_id, immediate=immediate), check, _wire.parse_any)


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(collection_id, immediate=immediate), check, None)


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(collection_id, immediate=immediate), check, _wire.parse_any)
