"""Get an upload.

Returns a multipart upload; `received` is the number of bytes uploaded so far.

`GET /api/v3/storage/uploads/{upload_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.upload_info import UploadInfo

OPERATION = OPERATIONS["get_upload"]


def build(
    upload_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        upload_id: Id of the upload.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.encode_id('upload_id', upload_id)}/",
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
) -> Response[UploadInfo]:
    """Get an upload; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(upload_id), check, parse)


def sync(
    upload_id: int | str,
    *,
    client: Sender,
) -> UploadInfo:
    """Get an upload.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The upload.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(upload_id), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
) -> Response[UploadInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(upload_id), check, parse)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
) -> UploadInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(upload_id), check, parse)
