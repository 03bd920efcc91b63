"""Get the API versions that the stack offers.

Version numbers per kind of resource, and the optional features of the server. Needs no token.

`GET /api/versions/`. Evidence: assumed.
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
    from ...models.api_versions import ApiVersions

OPERATION = OPERATIONS["get_api_versions"]


def build() -> Request:
    """Return the request; nothing is sent."""
    return Request(
        operation=OPERATION,
        path="/api/versions/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> ApiVersions:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.api_versions import ApiVersions

    return _wire.parsed(OPERATION, ApiVersions.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
) -> Response[ApiVersions]:
    """Get the API versions that the stack offers; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(), check, parse)


def sync(
    *,
    client: Sender,
) -> ApiVersions:
    """Get the API versions that the stack offers.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The versions.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
) -> Response[ApiVersions]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
) -> ApiVersions:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(), check, parse)
