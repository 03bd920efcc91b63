"""Send the content of a shard.

The body is the content, whole; it may be empty. Afterwards the state is `temporary`. Sending it again replaces
the content, until close_shard makes it final: then it is rejected with 409 (`shard_ready`), and with 409
(`collection_not_open`) where the collection is not open.

`PUT /api/v1/storage/collections/{collection_id}/shards/{shard_id}/upload/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        body: The bytes of the shard.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/shards/{_wire.number_segment('shard_id', shard_id)}/upload/",
        body=Content(payload=body, media_type="application/octet-stream"),
        headers=_wire.header_fields(
            {
                "Content-Digest": content_digest,
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
    shard_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[ShardInfo]:
    """Send the content of a shard; return the response, whatever its status.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the shard.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(
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
    """Send the content of a shard.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the shard.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        The shard, filled.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
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
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
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
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client, build(collection_id, shard_id, body=body, content_digest=content_digest), check, parse
    )
