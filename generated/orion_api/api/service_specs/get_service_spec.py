"""Get a service specification.

Returns a service specification.

`GET /api/v1/services/specs/{service_spec_id}/`. Evidence: listed (source `commands`).
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
    from ...models.service_spec_info import ServiceSpecInfo

OPERATION = OPERATIONS["get_service_spec"]


def build(
    service_spec_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        service_spec_id: Id of the service specification.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/services/specs/{_wire.encode_id('service_spec_id', service_spec_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> ServiceSpecInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.service_spec_info import ServiceSpecInfo

    return _wire.parse_model(OPERATION, ServiceSpecInfo.from_dict, data)


def sync_detailed(
    service_spec_id: int | str,
    *,
    client: Sender,
) -> Response[ServiceSpecInfo]:
    """Get a service specification; return the response, whatever its status.

    Args:
        service_spec_id: Id of the service specification.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(service_spec_id), check, parse)


def sync(
    service_spec_id: int | str,
    *,
    client: Sender,
) -> ServiceSpecInfo:
    """Get a service specification.

    Args:
        service_spec_id: Id of the service specification.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The service specification.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(service_spec_id), check, parse)


async def asyncio_detailed(
    service_spec_id: int | str,
    *,
    client: AsyncSender,
) -> Response[ServiceSpecInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(service_spec_id), check, parse)


async def asyncio(
    service_spec_id: int | str,
    *,
    client: AsyncSender,
) -> ServiceSpecInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(service_spec_id), check, parse)
