"""Get the size of the log of a job.

Returns the size of the log so far; both values are 0 if there is no log, for example after it was deleted.

`GET /api/v1/jobs/{job_id}/logs/size/`. Evidence: listed (source `commands`).
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
    from ...models.job_log_size import JobLogSize

OPERATION = OPERATIONS["get_job_log_size"]


def build(
    job_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        job_id: Id of the job.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/jobs/{_wire.encode_id('job_id', job_id)}/logs/size/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> JobLogSize:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.job_log_size import JobLogSize

    return _wire.parse_model(OPERATION, JobLogSize.from_dict, data)


def sync_detailed(
    job_id: int | str,
    *,
    client: Sender,
) -> Response[JobLogSize]:
    """Get the size of the log of a job; return the response, whatever its status.

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
) -> JobLogSize:
    """Get the size of the log of a job.

    Args:
        job_id: Id of the job.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The size.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(job_id), check, parse)


async def asyncio_detailed(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> Response[JobLogSize]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(job_id), check, parse)


async def asyncio(
    job_id: int | str,
    *,
    client: AsyncSender,
) -> JobLogSize:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(job_id), check, parse)
