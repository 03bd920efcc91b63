"""Obtain presigned URLs for parts.

Returns one presigned URL per part number. Send the part with PUT, without a token and with its `Content-
Length`, before the URL expires. Rejected with 422 (`no_such_part`) for part numbers past the last part, and
with 409 if the upload is not `presigned` (`not_presigned`) or is complete (`upload_complete`).

`POST /api/v3/storage/uploads/{upload_id}/targets`. Evidence: assumed.
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
    from ...models.part_numbers import PartNumbers
    from ...models.upload_targets import UploadTargets

OPERATION = OPERATIONS["obtain_upload_targets"]


def build(
    upload_id: int | str,
    *,
    body: PartNumbers | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        upload_id: Id of the upload.
        body: The part numbers.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.encode_id('upload_id', upload_id)}/targets",
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


def parse(data: Mapping[str, Any]) -> UploadTargets:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.upload_targets import UploadTargets

    return _wire.parse_model(OPERATION, UploadTargets.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    *,
    client: Sender,
    body: PartNumbers | Mapping[str, Any],
) -> Response[UploadTargets]:
    """Obtain presigned URLs for parts; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The part numbers.

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
    body: PartNumbers | Mapping[str, Any],
) -> UploadTargets:
    """Obtain presigned URLs for parts.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The part numbers.

    Returns:
        The URLs, in the order of the part numbers.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(upload_id, body=body), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: PartNumbers | Mapping[str, Any],
) -> Response[UploadTargets]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(upload_id, body=body), check, parse)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: PartNumbers | Mapping[str, Any],
) -> UploadTargets:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(upload_id, body=body), check, parse)
