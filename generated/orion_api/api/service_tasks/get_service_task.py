"""Get a service task.

Returns a service task without its log.

`GET /api/v1/services/tasks/{service_task_id}/`. Evidence: listed (source `commands`).
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
    from ...models.service_task_info import ServiceTaskInfo

OPERATION = OPERATIONS["get_service_task"]


def build(
    service_task_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        service_task_id: Id of the service task.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/services/tasks/{_wire.encode_id('service_task_id', service_task_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> ServiceTaskInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.service_task_info import ServiceTaskInfo

    return _wire.parse_model(OPERATION, ServiceTaskInfo.from_dict, data)


def sync_detailed(
    service_task_id: int | str,
    *,
    client: Sender,
) -> Response[ServiceTaskInfo]:
    """Get a service task; return the response, whatever its status.

    Args:
        service_task_id: Id of the service task.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(service_task_id), check, parse)


def sync(
    service_task_id: int | str,
    *,
    client: Sender,
) -> ServiceTaskInfo:
    """Get a service task.

    Args:
        service_task_id: Id of the service task.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The service task.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(service_task_id), check, parse)


async def asyncio_detailed(
    service_task_id: int | str,
    *,
    client: AsyncSender,
) -> Response[ServiceTaskInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(service_task_id), check, parse)


async def asyncio(
    service_task_id: int | str,
    *,
    client: AsyncSender,
) -> ServiceTaskInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(service_task_id), check, parse)
