"""Get the log of a service task.

Returns the log of the task so far, as plain text; it is continued when the task is started again. Offsets and
the limit are those of the log of a job.

`GET /api/v1/services/tasks/{service_task_id}/logs/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["download_service_task_logs"]


def build(
    service_task_id: int | str,
    *,
    offset: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        service_task_id: Id of the service task.
        offset: Number of bytes of the output to skip, omitted ones included; the response is empty if `offset` is
            at or past the end.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/services/tasks/{_wire.encode_id('service_task_id', service_task_id)}/logs/",
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
    service_task_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a service task; return the open response, whatever its status.

    Args:
        service_task_id: Id of the service task.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Number of bytes of the output to skip, omitted ones included; the response is empty if `offset` is
            at or past the end.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(build(service_task_id, offset=offset))


def sync(
    service_task_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a service task.

    Args:
        service_task_id: Id of the service task.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Number of bytes of the output to skip, omitted ones included; the response is empty if `offset` is
            at or past the end.

    Returns:
        The log from `offset` on, in UTF-8. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(service_task_id, offset=offset))


async def asyncio_detailed(
    service_task_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(service_task_id, offset=offset))


async def asyncio(
    service_task_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(service_task_id, offset=offset))
