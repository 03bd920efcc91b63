"""Get addresses to send parts to.

Presigned addresses on the storage of the stack, one for each number: a part is sent there by PUT, without a
token and with its length, until the address expires. Numbers behind the last part are rejected with 422
(`no_such_part`). Rejected with 409 (`not_presigned`) where the upload is not `presigned`, and with 409
(`upload_complete`) after complete_upload.

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
    """Return the request; nothing is sent.

    Args:
        upload_id: Id of the upload.
        body: The parts to send.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/uploads/{_wire.number_segment('upload_id', upload_id)}/targets",
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


def parse(data: Mapping[str, Any]) -> UploadTargets:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.upload_targets import UploadTargets

    return _wire.parsed(OPERATION, UploadTargets.from_dict, data)


def sync_detailed(
    upload_id: int | str,
    *,
    client: Sender,
    body: PartNumbers | Mapping[str, Any],
) -> Response[UploadTargets]:
    """Get addresses to send parts to; return the response, whatever its status.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The parts to send.

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
    body: PartNumbers | Mapping[str, Any],
) -> UploadTargets:
    """Get addresses to send parts to.

    Args:
        upload_id: Id of the upload.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The parts to send.

    Returns:
        The addresses, in the order of the numbers.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(upload_id, body=body), check, parse)


async def asyncio_detailed(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: PartNumbers | Mapping[str, Any],
) -> Response[UploadTargets]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(upload_id, body=body), check, parse)


async def asyncio(
    upload_id: int | str,
    *,
    client: AsyncSender,
    body: PartNumbers | Mapping[str, Any],
) -> UploadTargets:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(upload_id, body=body), check, parse)
