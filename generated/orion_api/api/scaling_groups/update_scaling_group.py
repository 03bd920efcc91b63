"""Update a scaling group.

Updates the given limits and leaves the others unchanged. Only administrators can do it. Rejected with 422
(`bad_limits`) if the minimum would be larger than the maximum.

`PATCH /api/v1/scaling-groups/{scaling_group_id}/`. Evidence: listed (source `commands`).
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
    from ...models.scaling_group_info import ScalingGroupInfo
    from ...models.update_scaling_group import UpdateScalingGroup

OPERATION = OPERATIONS["update_scaling_group"]


def build(
    scaling_group_id: int | str,
    *,
    body: UpdateScalingGroup | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        scaling_group_id: Id of the scaling group.
        body: The limits to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/scaling-groups/{_wire.encode_id('scaling_group_id', scaling_group_id)}/",
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


def parse(data: Mapping[str, Any]) -> ScalingGroupInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.scaling_group_info import ScalingGroupInfo

    return _wire.parse_model(OPERATION, ScalingGroupInfo.from_dict, data)


def sync_detailed(
    scaling_group_id: int | str,
    *,
    client: Sender,
    body: UpdateScalingGroup | Mapping[str, Any],
) -> Response[ScalingGroupInfo]:
    """Update a scaling group; return the response, whatever its status.

    Args:
        scaling_group_id: Id of the scaling group.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The limits to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(scaling_group_id, body=body), check, parse)


def sync(
    scaling_group_id: int | str,
    *,
    client: Sender,
    body: UpdateScalingGroup | Mapping[str, Any],
) -> ScalingGroupInfo:
    """Update a scaling group.

    Args:
        scaling_group_id: Id of the scaling group.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The limits to update.

    Returns:
        The scaling group.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(scaling_group_id, body=body), check, parse)


async def asyncio_detailed(
    scaling_group_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateScalingGroup | Mapping[str, Any],
) -> Response[ScalingGroupInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(scaling_group_id, body=body), check, parse)


async def asyncio(
    scaling_group_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateScalingGroup | Mapping[str, Any],
) -> ScalingGroupInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(scaling_group_id, body=body), check, parse)
