"""Close a collection.

An `open` collection becomes `processing` and takes no more shards. Its shards that are not `ready` are dropped
with their content; when that is done, the state is `ready`. A collection that is being closed or is `ready`
stays as it is. Any other state rejects with 409.

`POST /api/v1/storage/collections/{collection_id}/close/`. Evidence: assumed.
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
    from ...models.collection_info import CollectionInfo

OPERATION = OPERATIONS["close_collection"]


def build(
    collection_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/close/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> CollectionInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.collection_info import CollectionInfo

    return _wire.parsed(OPERATION, CollectionInfo.from_dict, data)


def sync_detailed(
    collection_id: int | str,
    *,
    client: Sender,
) -> Response[CollectionInfo]:
    """Close a collection; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(collection_id), check, parse)


def sync(
    collection_id: int | str,
    *,
    client: Sender,
) -> CollectionInfo:
    """Close a collection.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The collection, in state `processing` or `ready`.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(collection_id), check, parse)


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
) -> Response[CollectionInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(collection_id), check, parse)


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
) -> CollectionInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(collection_id), check, parse)
