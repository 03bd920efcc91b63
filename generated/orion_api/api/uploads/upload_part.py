"""Upload a part.

The body is the content of the part, exactly `part_size` bytes long except for the last part. Any other size is
rejected with 422 (`wrong_part_size`), a part number past the last part with 422 (`no_such_part`), and a part of
a completed upload with 409 (`upload_complete`). Parts can be uploaded in any order and concurrently; uploading
a part again replaces it. A part is stored durably when the response is 200.

`PUT /api/v3/storage/uploads/{upload_id}/parts/{number}`. Evidence: assumed.
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
    from ...models.part_info import PartInfo

OPERATION = OPERATIONS["upload_part"]


def build(
    upload_id: int | str,
    number: int | str,
    *,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        upload_id: Id of the upload.
        number: Part number, counted from 1.
        body: Content of the part.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.encode_id('upload_id', upload_id)}/parts/{_wire.encode_id('number', number)}",
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


def parse(data: Mapping[str, Any]) -> PartInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.part_info import PartInfo

    return _wire.parse_model(OPERATION, PartInfo.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    number: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[PartInfo]:
    """Upload a part; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        number: Part number, counted from 1.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the part.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client, build(upload_id, number, body=body, content_digest=content_digest), check, parse
    )


def sync(
    upload_id: int | str,
    number: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> PartInfo:
    """Upload a part.

    Args:
        upload_id: Id of the upload.
        number: Part number, counted from 1.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the part.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        The part as it was received.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(upload_id, number, body=body, content_digest=content_digest), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    number: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Response[PartInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(upload_id, number, body=body, content_digest=content_digest), check, parse
    )


async def asyncio(
    upload_id: int | str,
    number: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> PartInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client, build(upload_id, number, body=body, content_digest=content_digest), check, parse
    )
