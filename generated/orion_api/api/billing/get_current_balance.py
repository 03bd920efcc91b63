"""Get the balance of the organization.

The balance of the caller's organization. The caller needs the capability cost accounting of the organization
(documented), else the response is 403.

`GET /api/v1/billing/balance/`. Evidence: assumed.
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
    """Return the request; nothing is sent."""
    return Request(
        operation=OPERATION,
        path="/api/v1/billing/balance/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> BalanceInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.balance_info import BalanceInfo

    return _wire.parsed(OPERATION, BalanceInfo.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
) -> Response[BalanceInfo]:
    """Get the balance of the organization; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(), check, parse)


def sync(
    *,
    client: Sender,
) -> BalanceInfo:
    """Get the balance of the organization.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The balance.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
) -> Response[BalanceInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
) -> BalanceInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(), check, parse)
