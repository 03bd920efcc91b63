"""List the hits of a query.

The best first, equal ones in the order of the dataset. There are none before the query is at its end.

`GET /api/v1/molsearch/queries/{query_id}/hits/`. Evidence: assumed.
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
    from ...models.molsearch_hit_page import MolsearchHitPage

OPERATION = OPERATIONS["list_molsearch_hits"]


def build(
    query_id: int | str,
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        query_id: Id of the query.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/queries/{_wire.number_segment('query_id', query_id)}/hits/",
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


def parse(data: Mapping[str, Any]) -> MolsearchHitPage:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.molsearch_hit_page import MolsearchHitPage

    return _wire.parsed(OPERATION, MolsearchHitPage.from_dict, data)


def sync_detailed(
    query_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[MolsearchHitPage]:
    """List the hits of a query; return the response, whatever its status.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(query_id, limit=limit, cursor=cursor, offset=offset), check, parse)


def sync(
    query_id: int | str,
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> MolsearchHitPage:
    """List the hits of a query.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.

    Returns:
        One page of hits.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(query_id, limit=limit, cursor=cursor, offset=offset), check, parse)


async def asyncio_detailed(
    query_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> Response[MolsearchHitPage]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(query_id, limit=limit, cursor=cursor, offset=offset), check, parse)


async def asyncio(
    query_id: int | str,
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
) -> MolsearchHitPage:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(query_id, limit=limit, cursor=cursor, offset=offset), check, parse)
