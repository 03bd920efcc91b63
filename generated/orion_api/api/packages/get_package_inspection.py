"""Get the inspection of a package.

Returns what was found when the floes of a package were read. A package whose floes are not read yet has no
floes, errors and warnings.

`GET /api/v1/packages/{package_id}/inspection/`. Evidence: listed (source `commands`).
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
    from ...models.package_inspection import PackageInspection

OPERATION = OPERATIONS["get_package_inspection"]


def build(
    package_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        package_id: Id of the package.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/packages/{_wire.encode_id('package_id', package_id)}/inspection/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> PackageInspection:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.package_inspection import PackageInspection

    return _wire.parse_model(OPERATION, PackageInspection.from_dict, data)


def sync_detailed(
    package_id: int | str,
    *,
    client: Sender,
) -> Response[PackageInspection]:
    """Get the inspection of a package; return the response, whatever its status.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(package_id), check, parse)


def sync(
    package_id: int | str,
    *,
    client: Sender,
) -> PackageInspection:
    """Get the inspection of a package.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The inspection.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(package_id), check, parse)


async def asyncio_detailed(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> Response[PackageInspection]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(package_id), check, parse)


async def asyncio(
    package_id: int | str,
    *,
    client: AsyncSender,
) -> PackageInspection:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(package_id), check, parse)
