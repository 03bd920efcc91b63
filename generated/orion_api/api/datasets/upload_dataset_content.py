"""Replace the records of a dataset.

Replaces all records by those of the uploaded molecule file. Atomic: a file that cannot be parsed is rejected
with 422 and its line, and changes nothing. Idempotent.

`PUT /api/v1/storage/datasets/{dataset_id}/upload`. Evidence: listed (source `commands`).
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
    encode_query,
)

if TYPE_CHECKING:
    from ...models.dataset_info import DatasetInfo
    from ...models.upload_dataset_content_format import UploadDatasetContentFormat

OPERATION = OPERATIONS["upload_dataset_content"]


def build(
    dataset_id: int | str,
    *,
    body: AsyncPayload,
    format: UploadDatasetContentFormat | str,
    content_digest: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        dataset_id: Id of the dataset.
        body: Content of the molecule file.
        format: Format of the body, usually the file extension without the dot: `sdf`, `smi` (one SMILES and title
            per line), `csv` (with a header row; the column `smiles` holds the molecule), `json` (one record per
            line) or `binary` (as returned by download_dataset). With the suffix `.gz`, as in `sdf.gz`, the body
            is compressed with gzip (assumed). An unsupported format is rejected with 422; the detail lists the
            supported formats.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.encode_id('dataset_id', dataset_id)}/upload",
        query=encode_query(
            {
                "format": format,
            }
        ),
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


def parse(data: Mapping[str, Any]) -> DatasetInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.dataset_info import DatasetInfo

    return _wire.parse_model(OPERATION, DatasetInfo.from_dict, data)


def sync_detailed(
    dataset_id: int | str,
    *,
    client: Sender,
    body: Payload,
    format: UploadDatasetContentFormat | str,
    content_digest: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Replace the records of a dataset; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the molecule file.
        format: Format of the body, usually the file extension without the dot: `sdf`, `smi` (one SMILES and title
            per line), `csv` (with a header row; the column `smiles` holds the molecule), `json` (one record per
            line) or `binary` (as returned by download_dataset). With the suffix `.gz`, as in `sdf.gz`, the body
            is compressed with gzip (assumed). An unsupported format is rejected with 422; the detail lists the
            supported formats.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client, build(dataset_id, body=body, format=format, content_digest=content_digest), check, parse
    )


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
    body: Payload,
    format: UploadDatasetContentFormat | str,
    content_digest: str | Unset = UNSET,
) -> DatasetInfo:
    """Replace the records of a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the molecule file.
        format: Format of the body, usually the file extension without the dot: `sdf`, `smi` (one SMILES and title
            per line), `csv` (with a header row; the column `smiles` holds the molecule), `json` (one record per
            line) or `binary` (as returned by download_dataset). With the suffix `.gz`, as in `sdf.gz`, the body
            is compressed with gzip (assumed). An unsupported format is rejected with 422; the detail lists the
            supported formats.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        The dataset with its updated count.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client, build(dataset_id, body=body, format=format, content_digest=content_digest), check, parse
    )


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    format: UploadDatasetContentFormat | str,
    content_digest: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(dataset_id, body=body, format=format, content_digest=content_digest), check, parse
    )


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    format: UploadDatasetContentFormat | str,
    content_digest: str | Unset = UNSET,
) -> DatasetInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client, build(dataset_id, body=body, format=format, content_digest=content_digest), check, parse
    )
