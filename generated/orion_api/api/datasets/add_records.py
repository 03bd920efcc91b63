"""Add records to a dataset.

The body holds one JSON object a line, each a record: field name -> value, in order. All or none are added. A
line that is no record is rejected with 422 and its number. The dataset is dirty until finalize_dataset.

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
    """Return the request; nothing is sent.

    Args:
        dataset_id: Id of the dataset.
        body: The records, a line each.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.number_segment('dataset_id', dataset_id)}/records/",
        body=Content(payload=body, media_type="application/x-ndjson"),
        headers=_wire.header_fields(
            {
                "Content-Digest": content_digest,
                "Idempotency-Key": idempotency_key,
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
    content_digest: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Add records to a dataset; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The records, a line each.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(
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
        body: The records, a line each.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).

    Returns:
        The dataset with its new count.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
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
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
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
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client,
        build(dataset_id, body=body, content_digest=content_digest, idempotency_key=idempotency_key),
        check,
        parse,
    )
