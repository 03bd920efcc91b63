"""Add records to a dataset.

The body is NDJSON: one JSON object per line, each a record that maps field names to values, in order. Atomic:
either all records are added or none. An invalid line is rejected with 422 and its line number. The dataset is
dirty until finalize_dataset is called.

`POST /api/v1/storage/datasets/{dataset_id}/records/`. Evidence: assumed.
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
    from ...models.dataset_info import DatasetInfo

OPERATION = OPERATIONS["add_records"]


def build(
    dataset_id: int | str,
    *,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        dataset_id: Id of the dataset.
        body: The records, one per line.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.encode_id('dataset_id', dataset_id)}/records/",
        body=Content(payload=body, media_type="application/x-ndjson"),
        headers=_wire.encode_headers(
            {
                "Content-Digest": content_digest,
                "Idempotency-Key": idempotency_key,
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
    content_digest: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Add records to a dataset; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The records, one per line.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client,
        build(dataset_id, body=body, content_digest=content_digest, idempotency_key=idempotency_key),
        check,
        parse,
    )


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> DatasetInfo:
    """Add records to a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The records, one per line.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The dataset with its updated count.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client,
        build(dataset_id, body=body, content_digest=content_digest, idempotency_key=idempotency_key),
        check,
        parse,
    )


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client,
        build(dataset_id, body=body, content_digest=content_digest, idempotency_key=idempotency_key),
        check,
        parse,
    )


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> DatasetInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client,
        build(dataset_id, body=body, content_digest=content_digest, idempotency_key=idempotency_key),
        check,
        parse,
    )
