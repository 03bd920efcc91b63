"""Create a secret.

Keeps a value under a name. The response does not hold the value, and no other does.

`POST /api/v1/secrets/`. Evidence: assumed.
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
    from ...models.create_secret import CreateSecret
    from ...models.secret_info import SecretInfo

OPERATION = OPERATIONS["create_secret"]


def build(
    *,
    body: CreateSecret | Mapping[str, Any],
) -> Request:
    """Return the request; nothing is sent.

    Args:
        body: The secret with its value.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/secrets/",
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
    *,
    client: Sender,
    body: CreateSecret | Mapping[str, Any],
) -> Response[SecretInfo]:
    """Create a secret; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The secret with its value.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(body=body), check, parse)


def sync(
    *,
    client: Sender,
    body: CreateSecret | Mapping[str, Any],
) -> SecretInfo:
    """Create a secret.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The secret with its value.

    Returns:
        The secret without its value.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(body=body), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreateSecret | Mapping[str, Any],
) -> Response[SecretInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(body=body), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreateSecret | Mapping[str, Any],
) -> SecretInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(body=body), check, parse)
