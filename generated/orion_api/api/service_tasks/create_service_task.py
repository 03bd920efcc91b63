"""Create a service task.

Creates a task that runs a service until it is stopped or deleted. Any user who can read the service
specification can create one. It is `queued` until its scaling group has a free instance.

`POST /api/v1/services/tasks/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
    Unset,
)

if TYPE_CHECKING:
    from ...models.create_service_task import CreateServiceTask
    from ...models.service_task_info import ServiceTaskInfo

OPERATION = OPERATIONS["create_service_task"]


def build(
    *,
    body: CreateServiceTask | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        body: The service task.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/services/tasks/",
        body=Json(_wire.to_wire(body)),
        headers=_wire.encode_headers(
            {
                "Idempotency-Key": idempotency_key,
            }
        ),
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
    *,
    client: Sender,
    body: CreateServiceTask | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[ServiceTaskInfo]:
    """Create a service task; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The service task.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


def sync(
    *,
    client: Sender,
    body: CreateServiceTask | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> ServiceTaskInfo:
    """Create a service task.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The service task.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The service task in state `queued`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreateServiceTask | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[ServiceTaskInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreateServiceTask | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> ServiceTaskInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body, idempotency_key=idempotency_key), check, parse)
