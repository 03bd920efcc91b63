"""Replace the records by those of a molecule file.

Reads the whole body and makes it the records of the dataset, all or none: a body that cannot be read changes
nothing and is rejected with 422 and the line. Sending it again gives the same records.

`PUT /api/v1/storage/datasets/{dataset_id}/upload`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        dataset_id: Id of the dataset.
        body: The bytes of the molecule file.
        format: Format of the body, usually the ending of its file without the dot: `sdf`, `smi` (one SMILES and a
            title a line), `csv` (with a header; the column `smiles` is the molecule), `json` (one record a
            line), `binary` (what download_dataset gives by that name). With `.gz` behind it, as in `sdf.gz`,
            the body is compressed with gzip (assumed). A format that the server cannot read is rejected with
            422, whose detail names those that it can.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.number_segment('dataset_id', dataset_id)}/upload",
        query=encode_query(
            {
                "format": format,
            }
        ),
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


def parse(data: Mapping[str, Any]) -> DatasetInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.dataset_info import DatasetInfo

    return _wire.parsed(OPERATION, DatasetInfo.from_dict, data)


def sync_detailed(
    dataset_id: int | str,
    *,
    client: Sender,
    body: Payload,
    format: UploadDatasetContentFormat | str,
    content_digest: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Replace the records by those of a molecule file; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the molecule file.
        format: Format of the body, usually the ending of its file without the dot: `sdf`, `smi` (one SMILES and a
            title a line), `csv` (with a header; the column `smiles` is the molecule), `json` (one record a
            line), `binary` (what download_dataset gives by that name). With `.gz` behind it, as in `sdf.gz`,
            the body is compressed with gzip (assumed). A format that the server cannot read is rejected with
            422, whose detail names those that it can.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(
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
    """Replace the records by those of a molecule file.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the molecule file.
        format: Format of the body, usually the ending of its file without the dot: `sdf`, `smi` (one SMILES and a
            title a line), `csv` (with a header; the column `smiles` is the molecule), `json` (one record a
            line), `binary` (what download_dataset gives by that name). With `.gz` behind it, as in `sdf.gz`,
            the body is compressed with gzip (assumed). A format that the server cannot read is rejected with
            422, whose detail names those that it can.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        The dataset with its new count.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
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
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
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
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client, build(dataset_id, body=body, format=format, content_digest=content_digest), check, parse
    )
