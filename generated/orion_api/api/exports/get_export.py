"""Get an export.

Returns an export of the caller without its content.

`GET /api/v1/exports/{export_id}/`. Evidence: assumed.
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
    from ...models.export_info import ExportInfo

OPERATION = OPERATIONS["get_export"]


def build(
    export_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        export_id: Id of the export.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/exports/{_wire.encode_id('export_id', export_id)}/",
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
    export_id: int | str,
    *,
    client: Sender,
) -> Response[ExportInfo]:
    """Get an export; return the response, whatever its status.

    Args:
        export_id: Id of the export.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(export_id), check, parse)


def sync(
    export_id: int | str,
    *,
    client: Sender,
) -> ExportInfo:
    """Get an export.

    Args:
        export_id: Id of the export.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The export.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(export_id), check, parse)


async def asyncio_detailed(
    export_id: int | str,
    *,
    client: AsyncSender,
) -> Response[ExportInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(export_id), check, parse)


async def asyncio(
    export_id: int | str,
    *,
    client: AsyncSender,
) -> ExportInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(export_id), check, parse)
