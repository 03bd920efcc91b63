"""Get the log of a job.

What the job has written so far, as text. While it runs, later requests give more; `offset` leaves out what is
known already.

`GET /api/v1/jobs/{job_id}/logs/`. Evidence: assumed.
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

OPERATION = OPERATIONS["download_job_logs"]


def build(
    job_id: int | str,
    *,
    offset: int | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        job_id: Id of the job.
        offset: Number of bytes to leave out at the start; past the end the response is empty.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.number_segment('job_id', job_id)}/logs/",
        query=encode_query(
            {
                "offset": offset,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: only the status is checked.

    Raises:
        UnexpectedStatus: If the status is no documented success.
    """
    if status_code not in OPERATION.success:
        raise UnexpectedStatus(status_code, content, headers, OPERATION)
    return {}


def sync_detailed(
    job_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a job; return the open response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Number of bytes to leave out at the start; past the end the response is empty.

    Returns:
        The response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.
    """
    return client.send(build(job_id, offset=offset))


def sync(
    job_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Number of bytes to leave out at the start; past the end the response is empty.

    Returns:
        The rest of the log in UTF-8; what a program writes in another encoding comes as it is. An open response, to be closed by the caller (`with`); `iter_bytes()` keeps memory flat.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    return _runtime.stream(client, build(job_id, offset=offset))


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """As `sync_detailed`, asynchronously; the response is read with `aiter_bytes()`."""
    return await client.asend(build(job_id, offset=offset))


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """As `sync`, asynchronously; the response is read with `aiter_bytes()`."""
    return await _runtime.astream(client, build(job_id, offset=offset))
