"""Delete the log of a job.

Deletes the stored log of a complete job permanently; the job stays. Rejected with 409 (`job_not_complete`)
unless the job is `complete`. Deleting a log again has no effect.

`DELETE /api/v1/jobs/{job_id}/logs/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["delete_job_logs"]


def build(
    job_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        job_id: Id of the job.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.encode_id('job_id', job_id)}/logs/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    job_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete the log of a job; return the response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(job_id), check, None)


def sync(
    job_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete the log of a job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(job_id), check, _wire.parse_any)


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(job_id), check, None)


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(job_id), check, _wire.parse_any)
