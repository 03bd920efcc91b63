"""Delete a package.

Deletes a package permanently. Its floes become `deprecated`. Rejected with 409 (`package_in_use`) until all
jobs of its floes are complete.

`DELETE /api/v1/packages/{package_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

OPERATION = OPERATIONS["delete_package"]


def build(
    package_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        package_id: Id of the package.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/packages/{_wire.encode_id('package_id', package_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    package_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a package; return the response, whatever its status.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(package_id), check, None)


def sync(
    package_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a package.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(package_id), check, _wire.parse_any)


async def asyncio_detailed(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(package_id), check, None)


async def asyncio(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(package_id), check, _wire.parse_any)
