"""Get one user.

A user of the organization that the caller belongs to.

`GET /api/v1/users/{user_id}/`. Evidence: assumed.
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
    from ...models.user_info import UserInfo

OPERATION = OPERATIONS["get_user"]


def build(
    user_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        user_id: Id of the user.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/users/{_wire.number_segment('user_id', user_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> UserInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.user_info import UserInfo

    return _wire.parsed(OPERATION, UserInfo.from_dict, data)


def sync_detailed(
    user_id: int | str,
    *,
    client: Sender,
) -> Response[UserInfo]:
    """Get one user; return the response, whatever its status.

    Args:
        user_id: Id of the user.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(user_id), check, parse)


def sync(
    user_id: int | str,
    *,
    client: Sender,
) -> UserInfo:
    """Get one user.

    Args:
        user_id: Id of the user.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The user.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(user_id), check, parse)


async def asyncio_detailed(
    user_id: int | str,
    *,
    client: AsyncSender,
) -> Response[UserInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(user_id), check, parse)


async def asyncio(
    user_id: int | str,
    *,
    client: AsyncSender,
) -> UserInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(user_id), check, parse)
