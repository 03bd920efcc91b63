"""Update a project.

Updates the given fields and leaves the others unchanged. Only the owner can update a project. Resources of an
archived project are read-only: every operation that would change them is rejected with 403.

`PATCH /api/v1/projects/{project_id}/`. Evidence: assumed.
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
    from ...models.project_info import ProjectInfo
    from ...models.update_project import UpdateProject

OPERATION = OPERATIONS["update_project"]


def build(
    project_id: int | str,
    *,
    body: UpdateProject | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        project_id: Id of the project.
        body: The fields to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/projects/{_wire.encode_id('project_id', project_id)}/",
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


def parse(data: Mapping[str, Any]) -> ProjectInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.project_info import ProjectInfo

    return _wire.parse_model(OPERATION, ProjectInfo.from_dict, data)


def sync_detailed(
    project_id: int | str,
    *,
    client: Sender,
    body: UpdateProject | Mapping[str, Any],
) -> Response[ProjectInfo]:
    """Update a project; return the response, whatever its status.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(project_id, body=body), check, parse)


def sync(
    project_id: int | str,
    *,
    client: Sender,
    body: UpdateProject | Mapping[str, Any],
) -> ProjectInfo:
    """Update a project.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        The updated project.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(project_id, body=body), check, parse)


async def asyncio_detailed(
    project_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateProject | Mapping[str, Any],
) -> Response[ProjectInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(project_id, body=body), check, parse)


async def asyncio(
    project_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateProject | Mapping[str, Any],
) -> ProjectInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(project_id, body=body), check, parse)
