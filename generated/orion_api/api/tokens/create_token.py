"""Create a token.

Creates a token for the caller and returns its value, which no other operation returns. The token is valid until
it is deleted.

`POST /api/v1/tokens/`. Evidence: listed (source `commands`).
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
    from ...models.create_token import CreateToken
    from ...models.created_token import CreatedToken

OPERATION = OPERATIONS["create_token"]


def build(
    *,
    body: CreateToken | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        body: The token to create.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/tokens/",
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


def parse(data: Mapping[str, Any]) -> CreatedToken:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.created_token import CreatedToken

    return _wire.parse_model(OPERATION, CreatedToken.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    body: CreateToken | Mapping[str, Any],
) -> Response[CreatedToken]:
    """Create a token; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The token to create.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(body=body), check, parse)


def sync(
    *,
    client: Sender,
    body: CreateToken | Mapping[str, Any],
) -> CreatedToken:
    """Create a token.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The token to create.

    Returns:
        The token with its value.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreateToken | Mapping[str, Any],
) -> Response[CreatedToken]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreateToken | Mapping[str, Any],
) -> CreatedToken:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body), check, parse)
