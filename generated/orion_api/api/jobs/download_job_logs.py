"""Get the log of a job.

Returns the log of the job so far, as plain text. Poll with `offset` to get what a running job has written
since. The header `X-Orion-Log-Offset` of the response is the `offset` for the next request. The local Orion
omits the start of a log that exceeds 10 MiB: then the response starts with a line that has the number of
omitted bytes.

`GET /api/v1/jobs/{job_id}/logs/`. Evidence: listed (source `commands`).
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
    """Build the request without sending it.

    Args:
        job_id: Id of the job.
        offset: Number of bytes of the output to skip, omitted ones included; the response is empty if `offset` is
            at or past the end.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.encode_id('job_id', job_id)}/logs/",
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
    job_id: int | str,
    *,
    client: Sender,
    offset: int | Unset = UNSET,
) -> RawResponse:
    """Get the log of a job; return the open response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.
        offset: Number of bytes of the output to skip, omitted ones included; the response is empty if `offset` is
            at or past the end.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
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
        offset: Number of bytes of the output to skip, omitted ones included; the response is empty if `offset` is
            at or past the end.

    Returns:
        The log from `offset` on, in UTF-8; output of a program in another encoding is passed through unchanged. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(job_id, offset=offset))


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(job_id, offset=offset))


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
    offset: int | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(job_id, offset=offset))
