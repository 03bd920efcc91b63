"""Get a folder or an item by its path.

Returns the entry with the path or address. A path that names a folder and an item returns the folder; one that
names several items is rejected with 409 `ambiguous`, and the message contains their addresses. A path in a root
that the caller cannot see is rejected with 404. An item whose name has a slash, or is `.` or `..`, has no path,
only an address.

`GET /api/v1/fs/entry/`. Evidence: listed (source `commands`).
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
    encode_query,
)

if TYPE_CHECKING:
    from ...models.entry_info import EntryInfo

OPERATION = OPERATIONS["get_entry"]


def build(
    *,
    path: str,
) -> Request:
    """Build the request without sending it.

    Args:
        path: Absolute path of the folder or item, or the address of an item.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/fs/entry/",
        query=encode_query(
            {
                "path": path,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> EntryInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.entry_info import EntryInfo

    return _wire.parse_model(OPERATION, EntryInfo.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    path: str,
) -> Response[EntryInfo]:
    """Get a folder or an item by its path; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        path: Absolute path of the folder or item, or the address of an item.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(path=path), check, parse)


def sync(
    *,
    client: Sender,
    path: str,
) -> EntryInfo:
    """Get a folder or an item by its path.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        path: Absolute path of the folder or item, or the address of an item.

    Returns:
        The entry.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(path=path), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    path: str,
) -> Response[EntryInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(path=path), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    path: str,
) -> EntryInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(path=path), check, parse)
