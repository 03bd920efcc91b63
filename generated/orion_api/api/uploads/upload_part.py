"""Send a part of an upload.

The body is the part. Every part has exactly `part_size` bytes, only the last one has what remains; any other
length is rejected with 422 (`wrong_part_size`), and a number behind the last part with 422 (`no_such_part`).
Parts come in any order and at the same time; sending one again replaces it. What was responded with 200 is on
the disk. Rejected with 409 (`upload_complete`) after complete_upload.

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
    """Return the request; nothing is sent.

    Args:
        upload_id: Id of the upload.
        number: Number of the part, counted from 1.
        body: The bytes of the part.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.number_segment('upload_id', upload_id)}/parts/{_wire.number_segment('number', number)}",
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


def parse(data: Mapping[str, Any]) -> PartInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.part_info import PartInfo

    return _wire.parsed(OPERATION, PartInfo.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    number: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[PartInfo]:
    """Send a part of an upload; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        number: Number of the part, counted from 1.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the part.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(upload_id, number, body=body, content_digest=content_digest), check, parse)


def sync(
    upload_id: int | str,
    number: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> PartInfo:
    """Send a part of an upload.

    Args:
        upload_id: Id of the upload.
        number: Number of the part, counted from 1.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the part.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        The part as it was received.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
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
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
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
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client, build(upload_id, number, body=body, content_digest=content_digest), check, parse
    )
