"""Get a group.

Returns a group of the caller's organization.

`GET /api/v1/groups/{group_id}/`. Evidence: assumed.
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
    from ...models.group_info import GroupInfo

OPERATION = OPERATIONS["get_group"]


def build(
    group_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        group_id: Id of the group.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/groups/{_wire.encode_id('group_id', group_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> GroupInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.group_info import GroupInfo

    return _wire.parse_model(OPERATION, GroupInfo.from_dict, data)


def sync_detailed(
    group_id: int | str,
    *,
    client: Sender,
) -> Response[GroupInfo]:
    """Get a group; return the response, whatever its status.

    Args:
        group_id: Id of the group.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(group_id), check, parse)


def sync(
    group_id: int | str,
    *,
    client: Sender,
) -> GroupInfo:
    """Get a group.

    Args:
        group_id: Id of the group.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The group.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(group_id), check, parse)


async def asyncio_detailed(
    group_id: int | str,
    *,
    client: AsyncSender,
) -> Response[GroupInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(group_id), check, parse)


async def asyncio(
    group_id: int | str,
    *,
    client: AsyncSender,
) -> GroupInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(group_id), check, parse)
