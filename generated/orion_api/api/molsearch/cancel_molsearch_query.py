"""Cancel a molecule search query.

Stops a search that is `QUEUED` or `RUNNING`: it becomes `CANCELLED` at once and has no hits. A query that has
ended is left unchanged.

`POST /api/v1/molsearch/queries/{query_id}/cancel/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["cancel_molsearch_query"]


def build(
    query_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        query_id: Id of the query.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/queries/{_wire.encode_id('query_id', query_id)}/cancel/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> MolsearchQueryInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.molsearch_query_info import MolsearchQueryInfo

    return _wire.parse_model(OPERATION, MolsearchQueryInfo.from_dict, data)


def sync_detailed(
    query_id: int | str,
    *,
    client: Sender,
) -> Response[MolsearchQueryInfo]:
    """Cancel a molecule search query; return the response, whatever its status.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(query_id), check, parse)


def sync(
    query_id: int | str,
    *,
    client: Sender,
) -> MolsearchQueryInfo:
    """Cancel a molecule search query.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The query.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(query_id), check, parse)


async def asyncio_detailed(
    query_id: int | str,
    *,
    client: AsyncSender,
) -> Response[MolsearchQueryInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(query_id), check, parse)


async def asyncio(
    query_id: int | str,
    *,
    client: AsyncSender,
) -> MolsearchQueryInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(query_id), check, parse)
