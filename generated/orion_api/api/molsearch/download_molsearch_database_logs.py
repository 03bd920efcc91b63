"""Get the log of a molecule database.

Returns what loading and unloading the database has written so far, as plain text: a line for each step, with
its time. The header `X-Orion-Log-Offset` of the response is the `offset` for the next request, as for the log
of a job.

`GET /api/v1/molsearch/databases/{database_id}/logs/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...errors import UnexpectedStatus
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncRawResponse,
    AsyncSender,
    RawResponse,
    Request,
    Sender,
    Unset,
    encode_query,
)

OPERATION = OPERATIONS["download_molsearch_database_logs"]


def build(
    database_id: int | str,
    *,
    offset: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        database_id: Id of the database.
        offset: Bytes to skip; the response is empty if `offset` is at or past the end.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/databases/{_wire.encode_id('database_id', database_id)}/logs/",
        query=encode_query(
            {
                "offset": offset,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is not a documented success.
    """
    if status_code not in OPERATION.success:
        raise UnexpectedStatus(status_code, content, headers, OPERATION)
    return {}


def sync_detailed(
    database_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a molecule database; return the open response, whatever its status.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Bytes to skip; the response is empty if `offset` is at or past the end.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(build(database_id, offset=offset))


def sync(
    database_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a molecule database.

    Args:
        database_id: Id of the database.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Bytes to skip; the response is empty if `offset` is at or past the end.

    Returns:
        The log from `offset` on, in UTF-8. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(database_id, offset=offset))


async def asyncio_detailed(
    database_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(database_id, offset=offset))


async def asyncio(
    database_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(database_id, offset=offset))
