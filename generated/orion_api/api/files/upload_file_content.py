"""Upload the content of a file.

The body is the whole content. The state becomes `ready`. Another upload replaces the content.

`PUT /api/v3/storage/files/{file_id}/upload`. Evidence: listed (source `commands`).
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
    from ...models.file_info import FileInfo

OPERATION = OPERATIONS["upload_file_content"]


def build(
    file_id: int | str,
    *,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        file_id: Id of the file.
        body: Content of the file.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/files/{_wire.encode_id('file_id', file_id)}/upload",
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


def parse(data: Mapping[str, Any]) -> FileInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.file_info import FileInfo

    return _wire.parse_model(OPERATION, FileInfo.from_dict, data)


def sync_detailed(
    file_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[FileInfo]:
    """Upload the content of a file; return the response, whatever its status.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the file.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(file_id, body=body, content_digest=content_digest), check, parse)


def sync(
    file_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> FileInfo:
    """Upload the content of a file.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        body: Content of the file.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        The file in state `ready`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(file_id, body=body, content_digest=content_digest), check, parse)


async def asyncio_detailed(
    file_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Response[FileInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(file_id, body=body, content_digest=content_digest), check, parse)


async def asyncio(
    file_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> FileInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(file_id, body=body, content_digest=content_digest), check, parse)
