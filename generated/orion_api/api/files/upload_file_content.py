"""Send the content of a file.

The body is the content, whole. Afterwards the state is `ready`. Sending it again replaces the content.

`PUT /api/v3/storage/files/{file_id}/upload`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        file_id: Id of the file.
        body: The bytes of the file.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/files/{_wire.number_segment('file_id', file_id)}/upload",
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


def parse(data: Mapping[str, Any]) -> FileInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.file_info import FileInfo

    return _wire.parsed(OPERATION, FileInfo.from_dict, data)


def sync_detailed(
    file_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[FileInfo]:
    """Send the content of a file; return the response, whatever its status.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the file.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(file_id, body=body, content_digest=content_digest), check, parse)


def sync(
    file_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> FileInfo:
    """Send the content of a file.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The bytes of the file.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        The file, ready.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(file_id, body=body, content_digest=content_digest), check, parse)


async def asyncio_detailed(
    file_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Response[FileInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(file_id, body=body, content_digest=content_digest), check, parse)


async def asyncio(
    file_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> FileInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(file_id, body=body, content_digest=content_digest), check, parse)
