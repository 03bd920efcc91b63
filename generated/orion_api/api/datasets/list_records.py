"""Stream the records of a dataset.

One JSON document a line, each a RecordInfo, in the order in which the records were added. Not paged.

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
    """Return the request; nothing is sent.

    Args:
        dataset_id: Id of the dataset.
        record_ids: Only the records with these ids, in dataset order; retry the parameter for several. An unknown id is
            rejected with 404.
        offset: Number of records to leave out at the start.
        limit: Largest number of records; all without it.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.number_segment('dataset_id', dataset_id)}/records/",
        query=encode_query(
            {
                "record_ids": record_ids,
                "offset": offset,
                "limit": limit,
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
    dataset_id: int | str,
    *,
    client: Sender,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> RawResponse:
    """Stream the records of a dataset; return the open response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        record_ids: Only the records with these ids, in dataset order; retry the parameter for several. An unknown id is
            rejected with 404.
        offset: Number of records to leave out at the start.
        limit: Largest number of records; all without it.

    Returns:
        The response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.
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
    """Stream the records of a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        record_ids: Only the records with these ids, in dataset order; retry the parameter for several. An unknown id is
            rejected with 404.
        offset: Number of records to leave out at the start.
        limit: Largest number of records; all without it.

    Returns:
        The records, a line each. An open response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
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
    """As `sync_detailed`, asynchronously; the response is read with `aiter_bytes()`."""
    return await client.asend(build(dataset_id, record_ids=record_ids, offset=offset, limit=limit))


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> AsyncRawResponse:
    """As `sync`, asynchronously; the response is read with `aiter_bytes()`."""
    return await _runtime.astream(client, build(dataset_id, record_ids=record_ids, offset=offset, limit=limit))
