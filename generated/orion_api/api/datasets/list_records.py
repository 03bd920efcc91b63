"""List the records of a dataset.

Streams one JSON document per line (NDJSON), each a RecordInfo, in the order in which the records were added.
Not paginated.

`GET /api/v1/storage/datasets/{dataset_id}/records/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    encode_query,
)

OPERATION = OPERATIONS["list_records"]


def build(
    dataset_id: int | str,
    *,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        dataset_id: Id of the dataset.
        record_ids: Only the records with these ids, in dataset order. Repeat the parameter to pass several ids. An
            unknown id is rejected with 404.
        offset: Number of records to skip.
        limit: Maximum number of records. Defaults to all.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.encode_id('dataset_id', dataset_id)}/records/",
        query=encode_query(
            {
                "record_ids": record_ids,
                "offset": offset,
                "limit": limit,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is not a documented success.
    """
    if status_code not in OPERATION.success:
        raise UnexpectedStatus(status_code, content, headers, OPERATION)
    return {}


def sync_detailed(
    dataset_id: int | str,
    *,
    client: Sender,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> RawResponse:
    """List the records of a dataset; return the open response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        record_ids: Only the records with these ids, in dataset order. Repeat the parameter to pass several ids. An
            unknown id is rejected with 404.
        offset: Number of records to skip.
        limit: Maximum number of records. Defaults to all.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(build(dataset_id, record_ids=record_ids, offset=offset, limit=limit))


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> RawResponse:
    """List the records of a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        record_ids: Only the records with these ids, in dataset order. Repeat the parameter to pass several ids. An
            unknown id is rejected with 404.
        offset: Number of records to skip.
        limit: Maximum number of records. Defaults to all.

    Returns:
        The records, one per line. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(dataset_id, record_ids=record_ids, offset=offset, limit=limit))


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(dataset_id, record_ids=record_ids, offset=offset, limit=limit))


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(dataset_id, record_ids=record_ids, offset=offset, limit=limit))
