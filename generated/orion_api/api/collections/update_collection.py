"""Update a collection.

Updates the given fields and leaves the others unchanged. Rejected with 409 in state `deleting`.

`PATCH /api/v1/storage/collections/{collection_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.collection_info import CollectionInfo
    from ...models.update_collection import UpdateCollection

OPERATION = OPERATIONS["update_collection"]


def build(
    collection_id: int | str,
    *,
    body: UpdateCollection | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        collection_id: Id of the collection.
        body: The fields to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.encode_id('collection_id', collection_id)}/",
        body=Json(_wire.to_wire(body)),
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
    body: UpdateCollection | Mapping[str, Any],
) -> Response[CollectionInfo]:
    """Update a collection; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(collection_id, body=body), check, parse)


def sync(
    collection_id: int | str,
    *,
    client: Sender,
    body: UpdateCollection | Mapping[str, Any],
) -> CollectionInfo:
    """Update a collection.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        The updated collection.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(collection_id, body=body), check, parse)


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateCollection | Mapping[str, Any],
) -> Response[CollectionInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(collection_id, body=body), check, parse)


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateCollection | Mapping[str, Any],
) -> CollectionInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(collection_id, body=body), check, parse)
