"""Get one organization.

An organization that the caller belongs to.

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
    """Return the request; nothing is sent.

    Args:
        organization_id: Id of the organization.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/organizations/{_wire.number_segment('organization_id', organization_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> OrganizationInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.organization_info import OrganizationInfo

    return _wire.parsed(OPERATION, OrganizationInfo.from_dict, data)


def sync_detailed(
    organization_id: int | str,
    *,
    client: Sender,
) -> Response[OrganizationInfo]:
    """Get one organization; return the response, whatever its status.

    Args:
        organization_id: Id of the organization.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(organization_id), check, parse)


def sync(
    organization_id: int | str,
    *,
    client: Sender,
) -> OrganizationInfo:
    """Get one organization.

    Args:
        organization_id: Id of the organization.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The organization.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(organization_id), check, parse)


async def asyncio_detailed(
    organization_id: int | str,
    *,
    client: AsyncSender,
) -> Response[OrganizationInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(organization_id), check, parse)


async def asyncio(
    organization_id: int | str,
    *,
    client: AsyncSender,
) -> OrganizationInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(organization_id), check, parse)
