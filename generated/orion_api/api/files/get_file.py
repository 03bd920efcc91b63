"""Get one file.

Everything about a file except its content.

`GET /api/v3/storage/files/{file_id}/`. Evidence: assumed.
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
    from ...models.file_info import FileInfo

OPERATION = OPERATIONS["get_file"]


def build(
    file_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        file_id: Id of the file.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/files/{_wire.number_segment('file_id', file_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> FileInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.file_info import FileInfo

    return _wire.parsed(OPERATION, FileInfo.from_dict, data)


def sync_detailed(
    file_id: int | str,
    *,
    client: Sender,
) -> Response[FileInfo]:
    """Get one file; return the response, whatever its status.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(file_id), check, parse)


def sync(
    file_id: int | str,
    *,
    client: Sender,
) -> FileInfo:
    """Get one file.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The file.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(file_id), check, parse)


async def asyncio_detailed(
    file_id: int | str,
    *,
    client: AsyncSender,
) -> Response[FileInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(file_id), check, parse)


async def asyncio(
    file_id: int | str,
    *,
    client: AsyncSender,
) -> FileInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(file_id), check, parse)
