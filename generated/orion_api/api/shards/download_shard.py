"""Get the content of a shard.

The bytes as they were uploaded. `Repr-Digest` holds their SHA-256 digest (RFC 9530), `ETag` changes when they
change. Rejected with 409 before the upload and while the collection is being deleted. One chunk of them can be
asked for (`Range`); `Repr-Digest` is that of the whole content then too. Where the stack keeps contents on a
storage of its own, the response is a redirect to an address there, which needs no token and rejects one.

`GET /api/v1/storage/collections/{collection_id}/shards/{shard_id}/download/`. Evidence: observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...errors import UnexpectedStatus
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncRawResponse,
    AsyncSender,
    RawResponse,
    Request,
    Sender,
    Unset,
)

OPERATION = OPERATIONS["download_shard"]


def build(
    collection_id: int | str,
    shard_id: int | str,
    *,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        range_: The chunk of the content to send, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<number from
            the end>`; positions count from 0 and the last one belongs to the chunk. Anything else, several
            chunks too, is as good as nothing.
        if_range: The `ETag` of the content that the chunk belongs to. Where the content has another one by now, it is
            sent whole.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/collections/{_wire.number_segment('collection_id', collection_id)}/shards/{_wire.number_segment('shard_id', shard_id)}/download/",
        headers=_wire.header_fields(
            {
                "Range": range_,
                "If-Range": if_range,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: only the status is checked.

    Raises:
        UnexpectedStatus: If the status is no documented success.
    """
    if status_code not in OPERATION.success:
        raise UnexpectedStatus(status_code, content, headers, OPERATION)
    return {}


def sync_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> RawResponse:
    """Get the content of a shard; return the open response, whatever its status.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.
        range_: The chunk of the content to send, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<number from
            the end>`; positions count from 0 and the last one belongs to the chunk. Anything else, several
            chunks too, is as good as nothing.
        if_range: The `ETag` of the content that the chunk belongs to. Where the content has another one by now, it is
            sent whole.

    Returns:
        The response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.
    """
    return client.send(build(collection_id, shard_id, range_=range_, if_range=if_range))


def sync(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: Sender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> RawResponse:
    """Get the content of a shard.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        client: `session.raw` or an `AuthenticatedClient`.
        range_: The chunk of the content to send, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<number from
            the end>`; positions count from 0 and the last one belongs to the chunk. Anything else, several
            chunks too, is as good as nothing.
        if_range: The `ETag` of the content that the chunk belongs to. Where the content has another one by now, it is
            sent whole.

    Returns:
        The bytes of the shard. An open response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    return _runtime.stream(client, build(collection_id, shard_id, range_=range_, if_range=if_range))


async def asyncio_detailed(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> AsyncRawResponse:
    """As `sync_detailed`, asynchronously; the response is read with `aiter_bytes()`."""
    return await client.asend(build(collection_id, shard_id, range_=range_, if_range=if_range))


async def asyncio(
    collection_id: int | str,
    shard_id: int | str,
    *,
    client: AsyncSender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> AsyncRawResponse:
    """As `sync`, asynchronously; the response is read with `aiter_bytes()`."""
    return await _runtime.astream(client, build(collection_id, shard_id, range_=range_, if_range=if_range))
