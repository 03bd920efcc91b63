"""Get the SMILES of a title.

Returns the SMILES of the first record of a database with a title, which must be equal. Rejected with 404 if
there is none, with 409 if the database is not `LOADED`, and with 422 if the record has no molecule or one that
only RDKit could convert to SMILES.

`GET /api/v1/molsearch/databases/{database_id}/smiles/`. Evidence: listed (source `commands`).
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
    encode_query,
)

if TYPE_CHECKING:
    from ...models.molsearch_smiles import MolsearchSmiles

OPERATION = OPERATIONS["get_molsearch_smiles"]


def build(
    database_id: int | str,
    *,
    title: str,
) -> Request:
    """Build the request without sending it.

    Args:
        database_id: Id of the database.
        title: The title.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/databases/{_wire.encode_id('database_id', database_id)}/smiles/",
        query=encode_query(
            {
                "title": title,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> MolsearchSmiles:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.molsearch_smiles import MolsearchSmiles

    return _wire.parse_model(OPERATION, MolsearchSmiles.from_dict, data)


def sync_detailed(
    database_id: int | str,
    *,
    client: Sender,
    title: str,
) -> Response[MolsearchSmiles]:
    """Get the SMILES of a title; return the response, whatever its status.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.
        title: The title.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(database_id, title=title), check, parse)


def sync(
    database_id: int | str,
    *,
    client: Sender,
    title: str,
) -> MolsearchSmiles:
    """Get the SMILES of a title.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.
        title: The title.

    Returns:
        The SMILES.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(database_id, title=title), check, parse)


async def asyncio_detailed(
    database_id: int | str,
    *,
    client: AsyncSender,
    title: str,
) -> Response[MolsearchSmiles]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(database_id, title=title), check, parse)


async def asyncio(
    database_id: int | str,
    *,
    client: AsyncSender,
    title: str,
) -> MolsearchSmiles:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(database_id, title=title), check, parse)
