"""Delete a package.

Removes a package for good. Its floes become `deprecated`. Rejected with 409 (`package_in_use`) while jobs of
them are not complete.

`DELETE /api/v1/packages/{package_id}/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        package_id: Id of the package.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/packages/{_wire.number_segment('package_id', package_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

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
    return _runtime.detailed(client, build(package_id), check, None)


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
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(package_id), check, _wire.anything)


async def asyncio_detailed(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(package_id), check, None)


async def asyncio(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(package_id), check, _wire.anything)
