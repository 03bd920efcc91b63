"""List the tokens of the user.

The caller's own tokens, those from obtain_token included, by id. Their values are never in the response.

`GET /api/v1/tokens/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Request,
    Response,
    Sender,
    Unset,
    encode_query,
)

if TYPE_CHECKING:
    from ...models.token_page import TokenPage

OPERATION = OPERATIONS["list_tokens"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/tokens/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> TokenPage:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.token_page import TokenPage

    return _wire.parsed(OPERATION, TokenPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[TokenPage]:
    """List the tokens of the user; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(limit=limit, cursor=cursor, offset=offset), check, parse)


def sync(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> TokenPage:
    """List the tokens of the user.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        One page of tokens.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(limit=limit, cursor=cursor, offset=offset), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[TokenPage]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(limit=limit, cursor=cursor, offset=offset), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> TokenPage:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(limit=limit, cursor=cursor, offset=offset), check, parse)
