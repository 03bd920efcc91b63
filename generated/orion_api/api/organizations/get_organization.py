"""Get an organization.

Returns an organization that the caller belongs to.

`GET /api/v1/organizations/{organization_id}/`. Evidence: assumed.
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
    from ...models.organization_info import OrganizationInfo

OPERATION = OPERATIONS["get_organization"]


def build(
    organization_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        organization_id: Id of the organization.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/organizations/{_wire.encode_id('organization_id', organization_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> OrganizationInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.organization_info import OrganizationInfo

    return _wire.parse_model(OPERATION, OrganizationInfo.from_dict, data)


def sync_detailed(
    organization_id: int | str,
    *,
    client: Sender,
) -> Response[OrganizationInfo]:
    """Get an organization; return the response, whatever its status.

    Args:
        organization_id: Id of the organization.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(organization_id), check, parse)


def sync(
    organization_id: int | str,
    *,
    client: Sender,
) -> OrganizationInfo:
    """Get an organization.

    Args:
        organization_id: Id of the organization.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The organization.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(organization_id), check, parse)


async def asyncio_detailed(
    organization_id: int | str,
    *,
    client: AsyncSender,
) -> Response[OrganizationInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(organization_id), check, parse)


async def asyncio(
    organization_id: int | str,
    *,
    client: AsyncSender,
) -> OrganizationInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(organization_id), check, parse)
