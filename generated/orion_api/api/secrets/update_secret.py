"""Change a secret.

Sets the named fields to the given values and leaves the others. A new value takes the place of the old one.

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
    """Return the request; nothing is sent.

    Args:
        secret_id: Id of the secret.
        body: The fields to set.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/secrets/{_wire.number_segment('secret_id', secret_id)}/",
        body=Json(_wire.to_wire(body)),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> SecretInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.secret_info import SecretInfo

    return _wire.parsed(OPERATION, SecretInfo.from_dict, data)


def sync_detailed(
    secret_id: int | str,
    *,
    client: Sender,
    body: UpdateSecret | Mapping[str, Any],
) -> Response[SecretInfo]:
    """Change a secret; return the response, whatever its status.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to set.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(secret_id, body=body), check, parse)


def sync(
    secret_id: int | str,
    *,
    client: Sender,
    body: UpdateSecret | Mapping[str, Any],
) -> SecretInfo:
    """Change a secret.

    Args:
        secret_id: Id of the secret.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The fields to set.

    Returns:
        The secret after the change, without its value.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(secret_id, body=body), check, parse)


async def asyncio_detailed(
    secret_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateSecret | Mapping[str, Any],
) -> Response[SecretInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(secret_id, body=body), check, parse)


async def asyncio(
    secret_id: int | str,
    *,
    client: AsyncSender,
    body: UpdateSecret | Mapping[str, Any],
) -> SecretInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(secret_id, body=body), check, parse)
