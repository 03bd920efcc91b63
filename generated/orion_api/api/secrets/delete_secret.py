"""Delete a secret.

Removes a secret for good; secrets do not go to the trash.

`DELETE /api/v1/secrets/{secret_id}/`. Evidence: assumed.
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

OPERATION = OPERATIONS["delete_secret"]


def build(
    secret_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        secret_id: Id of the secret.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/secrets/{_wire.number_segment('secret_id', secret_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return an empty dict: no content is documented.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    secret_id: int | str,
    *,
    client: Sender,
) -> Response[None]:
    """Delete a secret; return the response, whatever its status.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body.
    """
    return _runtime.detailed(client, build(secret_id), check, None)


def sync(
    secret_id: int | str,
    *,
    client: Sender,
) -> None:
    """Delete a secret.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
    """
    _runtime.call(client, build(secret_id), check, _wire.anything)


async def asyncio_detailed(
    secret_id: int | str,
    *,
    client: AsyncSender,
) -> Response[None]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(secret_id), check, None)


async def asyncio(
    secret_id: int | str,
    *,
    client: AsyncSender,
) -> None:
    """As `sync`, asynchronously."""
    await _runtime.acall(client, build(secret_id), check, _wire.anything)
