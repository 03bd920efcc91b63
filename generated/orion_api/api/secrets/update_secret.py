"""Update a secret.

Updates the given fields and leaves the others unchanged. A new value replaces the current one.

`PATCH /api/v1/secrets/{secret_id}/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.secret_info import SecretInfo
    from ...models.update_secret import UpdateSecret

OPERATION = OPERATIONS["update_secret"]


def build(
    secret_id: int | str,
    *,
    body: UpdateSecret | Mapping[str, Any],
) -> Request:
    """Build the request without sending it.

    Args:
        secret_id: Id of the secret.
        body: The fields to update.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/secrets/{_wire.encode_id('secret_id', secret_id)}/",
        body=Json(_wire.to_wire(body)),
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
    body: UpdateSecret | Mapping[str, Any],
) -> Response[SecretInfo]:
    """Update a secret; return the response, whatever its status.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(secret_id, body=body), check, parse)


def sync(
    secret_id: int | str,
    *,
    client: Sender,
    body: UpdateSecret | Mapping[str, Any],
) -> SecretInfo:
    """Update a secret.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to update.

    Returns:
        The updated secret without its value.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(secret_id, body=body), check, parse)


async def asyncio_detailed(
    secret_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateSecret | Mapping[str, Any],
) -> Response[SecretInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(secret_id, body=body), check, parse)


async def asyncio(
    secret_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateSecret | Mapping[str, Any],
) -> SecretInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(secret_id, body=body), check, parse)
