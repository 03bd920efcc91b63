"""Get one floe.

Everything about a floe, its specification included.

`GET /api/v1/workfloes/{workfloe_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        workfloe_id: Id of the floe.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/workfloes/{_wire.number_segment('workfloe_id', workfloe_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> WorkFloeSpecInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.work_floe_spec_info import WorkFloeSpecInfo

    return _wire.parsed(OPERATION, WorkFloeSpecInfo.from_dict, data)


def sync_detailed(
    workfloe_id: int | str,
    *,
    client: Sender,
) -> Response[WorkFloeSpecInfo]:
    """Get one floe; return the response, whatever its status.

    Args:
        workfloe_id: Id of the floe.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(workfloe_id), check, parse)


def sync(
    workfloe_id: int | str,
    *,
    client: Sender,
) -> WorkFloeSpecInfo:
    """Get one floe.

    Args:
        workfloe_id: Id of the floe.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The floe.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(workfloe_id), check, parse)


async def asyncio_detailed(
    workfloe_id: int | str,
    *,
    client: AsyncSender,
) -> Response[WorkFloeSpecInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(workfloe_id), check, parse)


async def asyncio(
    workfloe_id: int | str,
    *,
    client: AsyncSender,
) -> WorkFloeSpecInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(workfloe_id), check, parse)
