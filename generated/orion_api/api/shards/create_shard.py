"""Create a shard.

Makes a shard without content, in state `open`; upload_shard_content gives it the bytes. Only an open collection
takes shards; any other rejects with 409 (`collection_not_open`).

`POST /api/v1/storage/collections/{collection_id}/shards/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
    Unset,
)

if TYPE_CHECKING:
    from ...models.create_shard import CreateShard
    from ...models.shard_info import ShardInfo

OPERATION = OPERATIONS["create_shard"]


def build(
    collection_id: int | str,
    *,
    body: CreateShard | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
        body: What is known of the shard.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/shards/",
        body=Json(_wire.to_wire(body)),
        headers=_wire.header_fields(
            {
                "Idempotency-Key": idempotency_key,
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


def parse(data: Mapping[str, Any]) -> ShardInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.shard_info import ShardInfo

    return _wire.parsed(OPERATION, ShardInfo.from_dict, data)


def sync_detailed(
    collection_id: int | str,
    *,
    client: Sender,
    body: CreateShard | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[ShardInfo]:
    """Create a shard; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        body: What is known of the shard.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(collection_id, body=body, idempotency_key=idempotency_key), check, parse)


def sync(
    collection_id: int | str,
    *,
    client: Sender,
    body: CreateShard | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> ShardInfo:
    """Create a shard.

    Args:
        collection_id: Id of the collection.
        client: `session.raw` or an `AuthenticatedClient`.
        body: What is known of the shard.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).

    Returns:
        The shard, not filled yet.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(collection_id, body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    collection_id: int | str,
    *,
    client: AsyncSender,
    body: CreateShard | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[ShardInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
        client, build(collection_id, body=body, idempotency_key=idempotency_key), check, parse
    )


async def asyncio(
    collection_id: int | str,
    *,
    client: AsyncSender,
    body: CreateShard | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> ShardInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(collection_id, body=body, idempotency_key=idempotency_key), check, parse)
