"""Get a secret.

Returns a secret without its value.

`GET /api/v1/secrets/{secret_id}/`. Evidence: listed (source `commands`).
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
    from ...models.secret_info import SecretInfo

OPERATION = OPERATIONS["get_secret"]


def build(
    secret_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        secret_id: Id of the secret.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/secrets/{_wire.encode_id('secret_id', secret_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> SecretInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.secret_info import SecretInfo

    return _wire.parse_model(OPERATION, SecretInfo.from_dict, data)


def sync_detailed(
    secret_id: int | str,
    *,
    client: Sender,
) -> Response[SecretInfo]:
    """Get a secret; return the response, whatever its status.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(secret_id), check, parse)


def sync(
    secret_id: int | str,
    *,
    client: Sender,
) -> SecretInfo:
    """Get a secret.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The secret without its value.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(secret_id), check, parse)


async def asyncio_detailed(
    secret_id: int | str,
    *,
    client: AsyncSender,
) -> Response[SecretInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(secret_id), check, parse)


async def asyncio(
    secret_id: int | str,
    *,
    client: AsyncSender,
) -> SecretInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(secret_id), check, parse)
