"""Get a project.

Returns a project that the caller is a member of.

`GET /api/v1/projects/{project_id}/`. Evidence: listed (source `commands`).
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
    """Build the request without sending it.

    Args:
        project_id: Id of the project.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/projects/{_wire.encode_id('project_id', project_id)}/",
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
) -> Response[ProjectInfo]:
    """Get a project; return the response, whatever its status.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(project_id), check, parse)


def sync(
    project_id: int | str,
    *,
    client: Sender,
) -> ProjectInfo:
    """Get a project.

    Args:
        project_id: Id of the project.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The project.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(project_id), check, parse)


async def asyncio_detailed(
    project_id: int | str,
    *,
    client: AsyncSender,
) -> Response[ProjectInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(project_id), check, parse)


async def asyncio(
    project_id: int | str,
    *,
    client: AsyncSender,
) -> ProjectInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(project_id), check, parse)
