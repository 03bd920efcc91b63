"""Put the parts together.

Makes the parts the content of the file, then `ready`, or of the shard, then `temporary`, at one stroke.
Rejected with 409 (`parts_missing`) while parts are missing and with 422 (`size_mismatch`, `digest_mismatch`)
where size or digest differ; nothing changes then. The rules of create_upload for the shard and its collection
hold here too. Doing it again is harmless, and does not bring content back that was replaced since.

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
    """Return the request; nothing is sent.

    Args:
        upload_id: Id of the upload.
        body: What the parts must be together.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.number_segment('upload_id', upload_id)}/complete",
        body=Json(_wire.to_wire(body)),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> UploadInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.upload_info import UploadInfo

    return _wire.parsed(OPERATION, UploadInfo.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    *,
    client: Sender,
    body: CompleteUpload | Mapping[str, Any],
) -> Response[UploadInfo]:
    """Put the parts together; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: What the parts must be together.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(upload_id, body=body), check, parse)


def sync(
    upload_id: int | str,
    *,
    client: Sender,
    body: CompleteUpload | Mapping[str, Any],
) -> UploadInfo:
    """Put the parts together.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: What the parts must be together.

    Returns:
        The upload, complete.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(upload_id, body=body), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: CompleteUpload | Mapping[str, Any],
) -> Response[UploadInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(upload_id, body=body), check, parse)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: CompleteUpload | Mapping[str, Any],
) -> UploadInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(upload_id, body=body), check, parse)
