"""Get one project.

A project that the caller is a member of.

`GET /api/v1/projects/{project_id}/`. Evidence: assumed.
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
    from ...models.project_info import ProjectInfo

OPERATION = OPERATIONS["get_project"]


def build(
    project_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        project_id: Id of the project.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/projects/{_wire.number_segment('project_id', project_id)}/",
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
) -> Response[ProjectInfo]:
    """Get one project; return the response, whatever its status.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(project_id), check, parse)


def sync(
    project_id: int | str,
    *,
    client: Sender,
) -> ProjectInfo:
    """Get one project.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The project.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(project_id), check, parse)


async def asyncio_detailed(
    project_id: int | str,
    *,
    client: AsyncSender,
) -> Response[ProjectInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(project_id), check, parse)


async def asyncio(
    project_id: int | str,
    *,
    client: AsyncSender,
) -> ProjectInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(project_id), check, parse)
