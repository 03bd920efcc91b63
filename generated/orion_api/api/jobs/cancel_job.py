"""Cancel a job.

A queued job becomes `complete` at once; a running job is stopped and becomes `complete` shortly afterwards. Its
`reason` names the user who cancelled it. A complete job is left unchanged.

`POST /api/v1/jobs/{job_id}/cancel/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["cancel_job"]


def build(
    job_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        job_id: Id of the job.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.encode_id('job_id', job_id)}/cancel/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> JobInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.job_info import JobInfo

    return _wire.parse_model(OPERATION, JobInfo.from_dict, data)


def sync_detailed(
    job_id: int | str,
    *,
    client: Sender,
) -> Response[JobInfo]:
    """Cancel a job; return the response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(job_id), check, parse)


def sync(
    job_id: int | str,
    *,
    client: Sender,
) -> JobInfo:
    """Cancel a job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The job; it may still be running.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(job_id), check, parse)


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> Response[JobInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(job_id), check, parse)


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> JobInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(job_id), check, parse)
