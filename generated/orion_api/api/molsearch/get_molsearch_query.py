"""Get one query.

Everything about a query except its hits.

`GET /api/v1/molsearch/queries/{query_id}/`. Evidence: assumed.
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
    from ...models.molsearch_query_info import MolsearchQueryInfo

OPERATION = OPERATIONS["get_molsearch_query"]


def build(
    query_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        query_id: Id of the query.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/queries/{_wire.number_segment('query_id', query_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> MolsearchQueryInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.molsearch_query_info import MolsearchQueryInfo

    return _wire.parsed(OPERATION, MolsearchQueryInfo.from_dict, data)


def sync_detailed(
    query_id: int | str,
    *,
    client: Sender,
) -> Response[MolsearchQueryInfo]:
    """Get one query; return the response, whatever its status.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(query_id), check, parse)


def sync(
    query_id: int | str,
    *,
    client: Sender,
) -> MolsearchQueryInfo:
    """Get one query.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The query.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(query_id), check, parse)


async def asyncio_detailed(
    query_id: int | str,
    *,
    client: AsyncSender,
) -> Response[MolsearchQueryInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(query_id), check, parse)


async def asyncio(
    query_id: int | str,
    *,
    client: AsyncSender,
) -> MolsearchQueryInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(query_id), check, parse)
