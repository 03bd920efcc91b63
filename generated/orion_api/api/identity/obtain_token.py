"""Obtain a token.

Exchanges a user name and password for a token; needs no token itself. Returns the existing token as long as it
is valid, so the request can be retried.

`POST /api/v1/auth/token/`. Evidence: listed (source `session`).
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
    from ...models.credentials import Credentials
    from ...models.issued_token import IssuedToken

OPERATION = OPERATIONS["obtain_token"]


def build(
    *,
    body: Credentials | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        body: The credentials.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/auth/token/",
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


def parse(data: Mapping[str, Any]) -> IssuedToken:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.issued_token import IssuedToken

    return _wire.parse_model(OPERATION, IssuedToken.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    body: Credentials | Mapping[str, Any],
) -> Response[IssuedToken]:
    """Obtain a token; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The credentials.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(body=body), check, parse)


def sync(
    *,
    client: Sender,
    body: Credentials | Mapping[str, Any],
) -> IssuedToken:
    """Obtain a token.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The credentials.

    Returns:
        The token.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: Credentials | Mapping[str, Any],
) -> Response[IssuedToken]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: Credentials | Mapping[str, Any],
) -> IssuedToken:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body), check, parse)
