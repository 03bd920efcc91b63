"""Complete an upload.

Assembles the parts into the content of the file, which becomes `ready`, or of the shard, which becomes
`temporary`. Atomic: rejected without any change with 409 (`parts_missing`) while parts are missing, and with
422 if the size (`size_mismatch`) or digest (`digest_mismatch`) differs. The conditions of create_upload for
shards and collections apply here too. Idempotent; completing an upload again does not restore content that was
replaced since.

`POST /api/v3/storage/uploads/{upload_id}/complete`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.complete_upload import CompleteUpload
    from ...models.upload_info import UploadInfo

OPERATION = OPERATIONS["complete_upload"]


def build(
    upload_id: int | str,
    *,
    body: CompleteUpload | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        upload_id: Id of the upload.
        body: The expected size and digest of the content.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.encode_id('upload_id', upload_id)}/complete",
        body=Json(_wire.to_wire(body)),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> UploadInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.upload_info import UploadInfo

    return _wire.parse_model(OPERATION, UploadInfo.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    *,
    client: Sender,
    body: CompleteUpload | Mapping[str, Any],
) -> Response[UploadInfo]:
    """Complete an upload; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The expected size and digest of the content.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(upload_id, body=body), check, parse)


def sync(
    upload_id: int | str,
    *,
    client: Sender,
    body: CompleteUpload | Mapping[str, Any],
) -> UploadInfo:
    """Complete an upload.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The expected size and digest of the content.

    Returns:
        The completed upload.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(upload_id, body=body), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: CompleteUpload | Mapping[str, Any],
) -> Response[UploadInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(upload_id, body=body), check, parse)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: CompleteUpload | Mapping[str, Any],
) -> UploadInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(upload_id, body=body), check, parse)
