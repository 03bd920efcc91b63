"""Take tags off a resource.

A tag that the resource does not have is silently left out (documented).

`DELETE /api/v1/tags/{resource_type}/{resource_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        tag: The tag; retry the parameter for several.
        project: Id of the project that the tags belong to; without it the project of the resource.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/tags/{_wire.text_segment('resource_type', resource_type)}/{_wire.number_segment('resource_id', resource_id)}/",
        query=encode_query(
            {
                "tag": tag,
                "project": project,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

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
    """Take tags off a resource; return the response, whatever its status.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        tag: The tag; retry the parameter for several.
        project: Id of the project that the tags belong to; without it the project of the resource.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(resource_type, resource_id, tag=tag, project=project), check, None)


def sync(
    resource_type: str,
    resource_id: int | str,
    *,
    client: Sender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> None:
    """Take tags off a resource.

    Args:
        resource_type: Name of the kind of resource, for example `file` or `dataset`.
        resource_id: Id of the resource.
        client: `session.raw` or an `AuthenticatedClient`.
        tag: The tag; retry the parameter for several.
        project: Id of the project that the tags belong to; without it the project of the resource.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(resource_type, resource_id, tag=tag, project=project), check, _wire.anything)


async def asyncio_detailed(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(resource_type, resource_id, tag=tag, project=project), check, None)


async def asyncio(
    resource_type: str,
    resource_id: int | str,
    *,
    client: AsyncSender,
    tag: Sequence[str],
    project: int | Unset = UNSET,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(resource_type, resource_id, tag=tag, project=project), check, _wire.anything)
