"""Delete a job.

Removes a job with its log for good; what it made stays. Only a `complete` job can be deleted; any other rejects
with 409 (`job_not_complete`).

`DELETE /api/v1/jobs/{job_id}/`. Evidence: assumed.
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

OPERATION = OPERATIONS["delete_job"]


def build(
    job_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        job_id: Id of the job.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.number_segment('job_id', job_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

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
    """Delete a job; return the response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(job_id), check, None)


def sync(
    job_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(job_id), check, _wire.anything)


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(job_id), check, None)


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(job_id), check, _wire.anything)
