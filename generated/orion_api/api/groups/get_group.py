"""Get one group.

A group of the organization that the caller belongs to.

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
    """Return the request; nothing is sent.

    Args:
        group_id: Id of the group.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/groups/{_wire.number_segment('group_id', group_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> GroupInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.group_info import GroupInfo

    return _wire.parsed(OPERATION, GroupInfo.from_dict, data)


def sync_detailed(
    group_id: int | str,
    *,
    client: Sender,
) -> Response[GroupInfo]:
    """Get one group; return the response, whatever its status.

    Args:
        group_id: Id of the group.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(group_id), check, parse)


def sync(
    group_id: int | str,
    *,
    client: Sender,
) -> GroupInfo:
    """Get one group.

    Args:
        group_id: Id of the group.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The group.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(group_id), check, parse)


async def asyncio_detailed(
    group_id: int | str,
    *,
    client: AsyncSender,
) -> Response[GroupInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(group_id), check, parse)


async def asyncio(
    group_id: int | str,
    *,
    client: AsyncSender,
) -> GroupInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(group_id), check, parse)
