"""Update a molecule database.

Updates the given fields and leaves the others unchanged. What the loading depends on, such as `memory_mb`,
applies when the database is loaded the next time.

`PATCH /api/v1/molsearch/databases/{database_id}/`. Evidence: listed (source `commands`).
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
    from ...models.molsearch_database_info import MolsearchDatabaseInfo
    from ...models.update_molsearch_database import UpdateMolsearchDatabase

OPERATION = OPERATIONS["update_molsearch_database"]


def build(
    database_id: int | str,
    *,
    body: UpdateMolsearchDatabase | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        database_id: Id of the database.
        body: The fields to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/databases/{_wire.encode_id('database_id', database_id)}/",
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


def parse(data: Mapping[str, Any]) -> MolsearchDatabaseInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.molsearch_database_info import MolsearchDatabaseInfo

    return _wire.parse_model(OPERATION, MolsearchDatabaseInfo.from_dict, data)


def sync_detailed(
    database_id: int | str,
    *,
    client: Sender,
    body: UpdateMolsearchDatabase | Mapping[str, Any],
) -> Response[MolsearchDatabaseInfo]:
    """Update a molecule database; return the response, whatever its status.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(database_id, body=body), check, parse)


def sync(
    database_id: int | str,
    *,
    client: Sender,
    body: UpdateMolsearchDatabase | Mapping[str, Any],
) -> MolsearchDatabaseInfo:
    """Update a molecule database.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        The database.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(database_id, body=body), check, parse)


async def asyncio_detailed(
    database_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateMolsearchDatabase | Mapping[str, Any],
) -> Response[MolsearchDatabaseInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(database_id, body=body), check, parse)


async def asyncio(
    database_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateMolsearchDatabase | Mapping[str, Any],
) -> MolsearchDatabaseInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(database_id, body=body), check, parse)
