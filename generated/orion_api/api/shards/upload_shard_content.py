"""Upload the content of a shard.

The body is the whole content; it may be empty. The state becomes `temporary`. Another upload replaces the
content until the shard is closed with close_shard. Rejected with 409 if the shard is closed (`shard_ready`) or
the collection is not open (`collection_not_open`).

`PUT /api/v1/storage/collections/{collection_id}/shards/{shard_id}/upload/`. Evidence: listed (source `samples`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncPayload,
    AsyncSender,
    Content,
    Payload,
    Request,
    Response,
    Sender,
    Unset,
)

if TYPE_CHECKING:
    from ...models.shard_info import ShardInfo

OPERATION = OPERATIONS["upload_shard_content"]


def build(
    collection_id: int | str,
    shard_id: int | str,
    *,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        body: Content of the shard.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.encode_id('collection_id', collection_id)}/shards/{_wire.encode_id('shard_id', shard_id)}/upload/",
        body=Content(payload=body, media_type="application/octet-stream"),
        headers=_wire.encode_headers(
            {
                "Content-Digest": content_digest,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> ShardInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.shard_info import ShardInfo

    return _wire.parse_model(OPERATION, ShardInfo.from_dict, data)


def sync_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[ShardInfo]:
    """Upload the content of a shard; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the shard.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client, build(collection_id, shard_id, body=body, content_digest=content_digest), check, parse
    )


def sync(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> ShardInfo:
    """Upload the content of a shard.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the shard.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        The shard in state `temporary`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(collection_id, shard_id, body=body, content_digest=content_digest), check, parse)


async def asyncio_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Response[ShardInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(collection_id, shard_id, body=body, content_digest=content_digest), check, parse
    )


async def asyncio(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> ShardInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client, build(collection_id, shard_id, body=body, content_digest=content_digest), check, parse
    )
