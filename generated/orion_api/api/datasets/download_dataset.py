"""Get records as one file.

All or chosen records in one of the formats. Structures are kept as text and never computed: a conversion that
needs a chemistry toolkit (SMILES to SDF, SDF to SMILES) is rejected with 422. CSV leaves out structures in SDF.

`GET /api/v1/storage/datasets/{dataset_id}/download/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        dataset_id: Id of the dataset.
        format: Format of the file, usually its ending without the dot. With `.gz` behind it, as in `sdf.gz`, the
            file is compressed with gzip (assumed). A format that the server cannot write is rejected with 422,
            whose detail names those that it can.
        record_ids: Only the records with these ids, in dataset order; retry the parameter for several. An unknown id is
            rejected with 404.
        offset: Number of records to leave out at the start.
        limit: Largest number of records; all without it.
        fieldlist: Only these fields, in this order; retry the parameter for several. Records in SDF and SMILES have
            their structure and title in any case.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.number_segment('dataset_id', dataset_id)}/download/",
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
    format: DownloadDatasetFormat | str | Unset = UNSET,
    record_ids: Sequence[int] | Unset = UNSET,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    fieldlist: Sequence[str] | Unset = UNSET,
) -> RawResponse:
    """Get records as one file; return the open response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        format: Format of the file, usually its ending without the dot. With `.gz` behind it, as in `sdf.gz`, the
            file is compressed with gzip (assumed). A format that the server cannot write is rejected with 422,
            whose detail names those that it can.
        record_ids: Only the records with these ids, in dataset order; retry the parameter for several. An unknown id is
            rejected with 404.
        offset: Number of records to leave out at the start.
        limit: Largest number of records; all without it.
        fieldlist: Only these fields, in this order; retry the parameter for several. Records in SDF and SMILES have
            their structure and title in any case.

    Returns:
        The response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.
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
    """Get records as one file.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        format: Format of the file, usually its ending without the dot. With `.gz` behind it, as in `sdf.gz`, the
            file is compressed with gzip (assumed). A format that the server cannot write is rejected with 422,
            whose detail names those that it can.
        record_ids: Only the records with these ids, in dataset order; retry the parameter for several. An unknown id is
            rejected with 404.
        offset: Number of records to leave out at the start.
        limit: Largest number of records; all without it.
        fieldlist: Only these fields, in this order; retry the parameter for several. Records in SDF and SMILES have
            their structure and title in any case.

    Returns:
        The file. An open response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
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
    """As `sync_detailed`, asynchronously; the response is read with `aiter_bytes()`."""
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
    """As `sync`, asynchronously; the response is read with `aiter_bytes()`."""
    return await _runtime.astream(
        client, build(dataset_id, format=format, record_ids=record_ids, offset=offset, limit=limit, fieldlist=fieldlist)
    )
