"""Remove tags from a resource.

Tags that the resource does not have are ignored (documented).

`DELETE /api/v1/tags/{resource_type}/{resource_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Request,
    Response,
    Sender,
    Unset,
    encode_query,
)

OPERATION = OPERATIONS["remove_tags"]


def build(
    resource_type: str,
    resource_id: int | str,
    *,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        tag: Tag to remove. Repeat the parameter to pass several tags.
        project: Id of the project that the tags belong to. Defaults to the project of the resource.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/tags/{_wire.encode_segment('resource_type', resource_type)}/{_wire.encode_id('resource_id', resource_id)}/",
        query=encode_query(
            {
                "tag": tag,
                "project": project,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> Response[None]:
    """Remove tags from a resource; return the response, whatever its status.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        tag: Tag to remove. Repeat the parameter to pass several tags.
        project: Id of the project that the tags belong to. Defaults to the project of the resource.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(resource_type, resource_id, tag=tag, project=project), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> None:
    """Remove tags from a resource.

    Args:
        resource_type: Type of the resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        tag: Tag to remove. Repeat the parameter to pass several tags.
        project: Id of the project that the tags belong to. Defaults to the project of the resource.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(resource_type, resource_id, tag=tag, project=project), check, _wire.parse_any)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(resource_type, resource_id, tag=tag, project=project), check, None
    )


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(resource_type, resource_id, tag=tag, project=project), check, _wire.parse_any)
