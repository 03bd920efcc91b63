"""Get one package.

Everything about a package except the archive.

`GET /api/v1/packages/{package_id}/`. Evidence: assumed.
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
    from ...models.package_info import PackageInfo

OPERATION = OPERATIONS["get_package"]


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
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> PackageInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.package_info import PackageInfo

    return _wire.parsed(OPERATION, PackageInfo.from_dict, data)


def sync_detailed(
    package_id: int | str,
    *,
    client: Sender,
) -> Response[PackageInfo]:
    """Get one package; return the response, whatever its status.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(package_id), check, parse)


def sync(
    package_id: int | str,
    *,
    client: Sender,
) -> PackageInfo:
    """Get one package.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The package.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(package_id), check, parse)


async def asyncio_detailed(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> Response[PackageInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(package_id), check, parse)


async def asyncio(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> PackageInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(package_id), check, parse)
