"""Close a collection.

Changes an `open` collection to `processing`, after which no shards can be added. Shards that are not `ready`
are deleted with their content; the state becomes `ready` afterwards. A `processing` or `ready` collection is
left unchanged. Rejected with 409 in any other state.

`POST /api/v1/storage/collections/{collection_id}/close/`. Evidence: listed (source `commands`).
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
    """Build the request without sending it.

    Args:
        collection_id: Id of the collection.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.encode_id('collection_id', collection_id)}/close/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> CollectionInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.collection_info import CollectionInfo

    return _wire.parse_model(OPERATION, CollectionInfo.from_dict, data)


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
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(collection_id), check, parse)


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
        The collection in state `processing` or `ready`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(collection_id), check, parse)


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
) -> Response[CollectionInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(collection_id), check, parse)


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
) -> CollectionInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(collection_id), check, parse)
