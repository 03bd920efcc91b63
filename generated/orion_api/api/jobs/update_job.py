"""Rename a job.

Sets the name of a job in any state. That a name can be changed after creation is published, the request is not.
Tags of resources contain the id of a job, so they stay valid.

`PATCH /api/v1/jobs/{job_id}/`. Evidence: listed (source `changelog`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.job_info import JobInfo
    from ...models.update_job import UpdateJob

OPERATION = OPERATIONS["update_job"]


def build(
    job_id: int | str,
    *,
    body: UpdateJob | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        job_id: Id of the job.
        body: The fields to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.encode_id('job_id', job_id)}/",
        body=Json(_wire.to_wire(body)),
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
    body: UpdateJob | Mapping[str, Any],
) -> Response[JobInfo]:
    """Rename a job; return the response, whatever its status.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(job_id, body=body), check, parse)


def sync(
    job_id: int | str,
    *,
    client: Sender,
    body: UpdateJob | Mapping[str, Any],
) -> JobInfo:
    """Rename a job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        The updated job.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(job_id, body=body), check, parse)


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateJob | Mapping[str, Any],
) -> Response[JobInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(job_id, body=body), check, parse)


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateJob | Mapping[str, Any],
) -> JobInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(job_id, body=body), check, parse)
