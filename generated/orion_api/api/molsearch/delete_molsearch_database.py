"""Delete a database.

Removes a database for good; its dataset stays, and so do its queries.

`DELETE /api/v1/molsearch/databases/{database_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

OPERATION = OPERATIONS["delete_molsearch_database"]


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
    """Return an empty dict: no content is documented.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    database_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a database; return the response, whatever its status.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(database_id), check, None)


def sync(
    database_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a database.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(database_id), check, _wire.anything)


async def asyncio_detailed(
    database_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(database_id), check, None)


async def asyncio(
    database_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(database_id), check, _wire.anything)
