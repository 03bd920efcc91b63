"""Get one job.

Everything about a job except its log.

`GET /api/v1/jobs/{job_id}/`. Evidence: assumed.
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
    from ...models.job_info import JobInfo

OPERATION = OPERATIONS["get_job"]


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
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> JobInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.job_info import JobInfo

    return _wire.parsed(OPERATION, JobInfo.from_dict, data)


def sync_detailed(
    job_id: int | str,
    *,
    client: Sender,
) -> Response[JobInfo]:
    """Get one job; return the response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(job_id), check, parse)


def sync(
    job_id: int | str,
    *,
    client: Sender,
) -> JobInfo:
    """Get one job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The job.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(job_id), check, parse)


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> Response[JobInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(job_id), check, parse)


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> JobInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(job_id), check, parse)
