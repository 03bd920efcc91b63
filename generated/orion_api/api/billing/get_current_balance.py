"""Get the account balance.

Returns the balance of the caller's organization. Requires the cost accounting capability of the organization
(documented); without that capability the response is 403.

`GET /api/v1/billing/balance/`. Evidence: listed (source `session`).
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
    from ...models.balance_info import BalanceInfo

OPERATION = OPERATIONS["get_current_balance"]


def build() -> Request:
    """Build the request without sending it."""
    return Request(
        operation=OPERATION,
        path="/api/v1/billing/balance/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> BalanceInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.balance_info import BalanceInfo

    return _wire.parse_model(OPERATION, BalanceInfo.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
) -> Response[BalanceInfo]:
    """Get the account balance; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(), check, parse)


def sync(
    *,
    client: Sender,
) -> BalanceInfo:
    """Get the account balance.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The balance.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
) -> Response[BalanceInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
) -> BalanceInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(), check, parse)
