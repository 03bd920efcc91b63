"""Create an export.

Starts to write a report; the export is `processing`, then `ready`. `jobs_summary` has the complete jobs of the
caller's projects, deleted ones included, one in each row. `spend_summary` has the cost of the organization's
jobs by project and owner, and `storage_use` the size and cost of its content by project, owner and type; both
require the cost accounting capability and are rejected with 403 if the caller lacks it. Rejected with 422
(`bad_period`) if a date is invalid or the period ends before it starts, and with 422 (`bad_filter`) if the
report has no such filter. A report over an empty period has no rows.

`POST /api/v1/exports/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
    Unset,
)

if TYPE_CHECKING:
    from ...models.create_export import CreateExport
    from ...models.export_info import ExportInfo

OPERATION = OPERATIONS["create_export"]


def build(
    *,
    body: CreateExport | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        body: The report to write.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/exports/",
        body=Json(_wire.to_wire(body)),
        headers=_wire.encode_headers(
            {
                "Idempotency-Key": idempotency_key,
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


def parse(data: Mapping[str, Any]) -> ExportInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.export_info import ExportInfo

    return _wire.parse_model(OPERATION, ExportInfo.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    body: CreateExport | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[ExportInfo]:
    """Create an export; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The report to write.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


def sync(
    *,
    client: Sender,
    body: CreateExport | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> ExportInfo:
    """Create an export.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The report to write.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The export.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreateExport | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[ExportInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreateExport | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> ExportInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body, idempotency_key=idempotency_key), check, parse)
