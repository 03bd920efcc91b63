"""Download a dataset.

Returns all or selected records as one file. Structures are returned as they were stored and never converted: a
conversion that needs a chemistry toolkit (SMILES to SDF, SDF to SMILES) is rejected with 422. CSV omits
structures in SDF.

`GET /api/v1/storage/datasets/{dataset_id}/download/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from ...models.download_dataset_format import DownloadDatasetFormat

OPERATION = OPERATIONS["download_dataset"]


def build(
    dataset_id: int | str,
    *,
    format: DownloadDatasetFormat | str | Unset = UNSET,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    fieldlist: Sequence[str] | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        dataset_id: Id of the dataset.
        format: Format of the file, usually the file extension without the dot. With the suffix `.gz`, as in
            `sdf.gz`, the file is compressed with gzip (assumed). An unsupported format is rejected with 422;
            the detail lists the supported formats.
        record_ids: Only the records with these ids, in dataset order. Repeat the parameter to pass several ids. An
            unknown id is rejected with 404.
        offset: Number of records to skip.
        limit: Maximum number of records. Defaults to all.
        fieldlist: Only these fields, in this order. Repeat the parameter to pass several fields. SDF and SMILES always
            include the structure and the title.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.encode_id('dataset_id', dataset_id)}/download/",
        query=encode_query(
            {
                "format": format,
                "record_ids": record_ids,
                "offset": offset,
                "limit": limit,
                "fieldlist": fieldlist,
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
    format: DownloadDatasetFormat | str | Unset = UNSET,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    fieldlist: Sequence[str] | Unset = UNSET,
) -> RawResponse:
    """Download a dataset; return the open response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        format: Format of the file, usually the file extension without the dot. With the suffix `.gz`, as in
            `sdf.gz`, the file is compressed with gzip (assumed). An unsupported format is rejected with 422;
            the detail lists the supported formats.
        record_ids: Only the records with these ids, in dataset order. Repeat the parameter to pass several ids. An
            unknown id is rejected with 404.
        offset: Number of records to skip.
        limit: Maximum number of records. Defaults to all.
        fieldlist: Only these fields, in this order. Repeat the parameter to pass several fields. SDF and SMILES always
            include the structure and the title.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(
        build(dataset_id, format=format, record_ids=record_ids, offset=offset, limit=limit, fieldlist=fieldlist)
    )


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
    format: DownloadDatasetFormat | str | Unset = UNSET,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    fieldlist: Sequence[str] | Unset = UNSET,
) -> RawResponse:
    """Download a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        format: Format of the file, usually the file extension without the dot. With the suffix `.gz`, as in
            `sdf.gz`, the file is compressed with gzip (assumed). An unsupported format is rejected with 422;
            the detail lists the supported formats.
        record_ids: Only the records with these ids, in dataset order. Repeat the parameter to pass several ids. An
            unknown id is rejected with 404.
        offset: Number of records to skip.
        limit: Maximum number of records. Defaults to all.
        fieldlist: Only these fields, in this order. Repeat the parameter to pass several fields. SDF and SMILES always
            include the structure and the title.

    Returns:
        The file. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(
        client, build(dataset_id, format=format, record_ids=record_ids, offset=offset, limit=limit, fieldlist=fieldlist)
    )


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    format: DownloadDatasetFormat | str | Unset = UNSET,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    fieldlist: Sequence[str] | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(
        build(dataset_id, format=format, record_ids=record_ids, offset=offset, limit=limit, fieldlist=fieldlist)
    )


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    format: DownloadDatasetFormat | str | Unset = UNSET,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    fieldlist: Sequence[str] | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(
        client, build(dataset_id, format=format, record_ids=record_ids, offset=offset, limit=limit, fieldlist=fieldlist)
    )
