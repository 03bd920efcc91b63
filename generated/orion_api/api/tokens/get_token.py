"""Get one token.

Everything about a token of the caller except its value.

`GET /api/v1/tokens/{token_id}/`. Evidence: assumed.
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
    from ...models.token_info import TokenInfo

OPERATION = OPERATIONS["get_token"]


def build(
    token_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        token_id: Id of the token.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/tokens/{_wire.number_segment('token_id', token_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> TokenInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.token_info import TokenInfo

    return _wire.parsed(OPERATION, TokenInfo.from_dict, data)


def sync_detailed(
    token_id: int | str,
    *,
    client: Sender,
) -> Response[TokenInfo]:
    """Get one token; return the response, whatever its status.

    Args:
        token_id: Id of the token.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(token_id), check, parse)


def sync(
    token_id: int | str,
    *,
    client: Sender,
) -> TokenInfo:
    """Get one token.

    Args:
        token_id: Id of the token.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The token without its value.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(token_id), check, parse)


async def asyncio_detailed(
    token_id: int | str,
    *,
    client: AsyncSender,
) -> Response[TokenInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(token_id), check, parse)


async def asyncio(
    token_id: int | str,
    *,
    client: AsyncSender,
) -> TokenInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(token_id), check, parse)
