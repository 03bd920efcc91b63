"""Get one database.

Everything about a database except its molecules.

`GET /api/v1/molsearch/databases/{database_id}/`. Evidence: assumed.
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
    from ...models.molsearch_database_info import MolsearchDatabaseInfo

OPERATION = OPERATIONS["get_molsearch_database"]


def build(
    database_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        database_id: Id of the database.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/databases/{_wire.number_segment('database_id', database_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> MolsearchDatabaseInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.molsearch_database_info import MolsearchDatabaseInfo

    return _wire.parsed(OPERATION, MolsearchDatabaseInfo.from_dict, data)


def sync_detailed(
    database_id: int | str,
    *,
    client: Sender,
) -> Response[MolsearchDatabaseInfo]:
    """Get one database; return the response, whatever its status.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(database_id), check, parse)


def sync(
    database_id: int | str,
    *,
    client: Sender,
) -> MolsearchDatabaseInfo:
    """Get one database.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The database.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(database_id), check, parse)


async def asyncio_detailed(
    database_id: int | str,
    *,
    client: AsyncSender,
) -> Response[MolsearchDatabaseInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(database_id), check, parse)


async def asyncio(
    database_id: int | str,
    *,
    client: AsyncSender,
) -> MolsearchDatabaseInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(database_id), check, parse)
