"""Get a floe.

Returns a floe with its specification.

`GET /api/v1/workfloes/{workfloe_id}/`. Evidence: listed (source `commands`).
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
    from ...models.work_floe_spec_info import WorkFloeSpecInfo

OPERATION = OPERATIONS["get_workfloe"]


def build(
    workfloe_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        workfloe_id: Id of the floe.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/workfloes/{_wire.encode_id('workfloe_id', workfloe_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> WorkFloeSpecInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.work_floe_spec_info import WorkFloeSpecInfo

    return _wire.parse_model(OPERATION, WorkFloeSpecInfo.from_dict, data)


def sync_detailed(
    workfloe_id: int | str,
    *,
    client: Sender,
) -> Response[WorkFloeSpecInfo]:
    """Get a floe; return the response, whatever its status.

    Args:
        workfloe_id: Id of the floe.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(workfloe_id), check, parse)


def sync(
    workfloe_id: int | str,
    *,
    client: Sender,
) -> WorkFloeSpecInfo:
    """Get a floe.

    Args:
        workfloe_id: Id of the floe.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The floe.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(workfloe_id), check, parse)


async def asyncio_detailed(
    workfloe_id: int | str,
    *,
    client: AsyncSender,
) -> Response[WorkFloeSpecInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(workfloe_id), check, parse)


async def asyncio(
    workfloe_id: int | str,
    *,
    client: AsyncSender,
) -> WorkFloeSpecInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(workfloe_id), check, parse)
