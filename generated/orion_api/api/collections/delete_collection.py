"""Delete a collection.

Moves a collection with its shards to the trash or, with `immediate`, removes all for good. What is too much to
be removed at once is removed later; until then the state is `deleting`, and the shards cannot be read.

`DELETE /api/v1/storage/collections/{collection_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
        immediate: True deletes for good at once, false (the default) moves to the trash.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/",
        query=encode_query(
            {
                "immediate": immediate,
            }
        ),
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
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """Delete a collection; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: True deletes for good at once, false (the default) moves to the trash.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(collection_id, immediate=immediate), check, None)


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
        immediate: True deletes for good at once, false (the default) moves to the trash.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(collection_id, immediate=immediate), check, _wire.anything)


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(collection_id, immediate=immediate), check, None)


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(collection_id, immediate=immediate), check, _wire.anything)
