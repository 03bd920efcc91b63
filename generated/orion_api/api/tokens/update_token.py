"""Update a token.

Updates the given fields. The value does not change.

`PATCH /api/v1/tokens/{token_id}/`. Evidence: listed (source `commands`).
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
    from ...models.token_info import TokenInfo
    from ...models.update_token import UpdateToken

OPERATION = OPERATIONS["update_token"]


def build(
    token_id: int | str,
    *,
    body: UpdateToken | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        token_id: Id of the token.
        body: The fields to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/tokens/{_wire.encode_id('token_id', token_id)}/",
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


def parse(data: Mapping[str, Any]) -> TokenInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.token_info import TokenInfo

    return _wire.parse_model(OPERATION, TokenInfo.from_dict, data)


def sync_detailed(
    token_id: int | str,
    *,
    client: Sender,
    body: UpdateToken | Mapping[str, Any],
) -> Response[TokenInfo]:
    """Update a token; return the response, whatever its status.

    Args:
        token_id: Id of the token.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(token_id, body=body), check, parse)


def sync(
    token_id: int | str,
    *,
    client: Sender,
    body: UpdateToken | Mapping[str, Any],
) -> TokenInfo:
    """Update a token.

    Args:
        token_id: Id of the token.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        The updated token without its value.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(token_id, body=body), check, parse)


async def asyncio_detailed(
    token_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateToken | Mapping[str, Any],
) -> Response[TokenInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(token_id, body=body), check, parse)


async def asyncio(
    token_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateToken | Mapping[str, Any],
) -> TokenInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(token_id, body=body), check, parse)
