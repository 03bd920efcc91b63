"""Change a project.

Sets the named fields to the given values and leaves the others; only the owner may. What lies in an archived
project can be read and not changed: every operation that would responds to 403.

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
    """Return the request; nothing is sent.

    Args:
        project_id: Id of the project.
        body: The fields to set.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/projects/{_wire.number_segment('project_id', project_id)}/",
        body=Json(_wire.to_wire(body)),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> ProjectInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.project_info import ProjectInfo

    return _wire.parsed(OPERATION, ProjectInfo.from_dict, data)


def sync_detailed(
    project_id: int | str,
    *,
    client: Sender,
    body: UpdateProject | Mapping[str, Any],
) -> Response[ProjectInfo]:
    """Change a project; return the response, whatever its status.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to set.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(project_id, body=body), check, parse)


def sync(
    project_id: int | str,
    *,
    client: Sender,
    body: UpdateProject | Mapping[str, Any],
) -> ProjectInfo:
    """Change a project.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to set.

    Returns:
        The project after the change.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(project_id, body=body), check, parse)


async def asyncio_detailed(
    project_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateProject | Mapping[str, Any],
) -> Response[ProjectInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(project_id, body=body), check, parse)


async def asyncio(
    project_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateProject | Mapping[str, Any],
) -> ProjectInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(project_id, body=body), check, parse)
