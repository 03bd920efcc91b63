"""Announce a package.

Makes a package without content, in state `uploading`; upload_package_content gives it the archive.

`POST /api/v1/packages/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Json,
    Request,
    Response,
    Sender,
    Unset,
)

if TYPE_CHECKING:
    from ...models.create_package import CreatePackage
    from ...models.package_info import PackageInfo

OPERATION = OPERATIONS["create_package"]


def build(
    *,
    body: CreatePackage | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        body: What is known of the package.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/packages/",
        body=Json(_wire.to_wire(body)),
        headers=_wire.header_fields(
            {
                "Idempotency-Key": idempotency_key,
            }
        ),
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
    *,
    client: Sender,
    body: CreatePackage | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[PackageInfo]:
    """Announce a package; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: What is known of the package.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


def sync(
    *,
    client: Sender,
    body: CreatePackage | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> PackageInfo:
    """Announce a package.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: What is known of the package.
        idempotency_key: Name of this one request, chosen by the client. The server carries the operation out once: the same
            request of the same user under the same key, sent again within 24 hours, gets the stored response
            again (with the header `Idempotent-Replayed: true`) and changes nothing. Another path, query or body
            under a known key is rejected with 422, and with 409 while the first request runs. A rejected
            request leaves its key free. 1 to 200 visible ASCII characters. Only where the server announces
            `idempotency-keys` (header `X-Orion-Features`, and `features` of get_api_versions).

    Returns:
        The package, not there yet.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreatePackage | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[PackageInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreatePackage | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> PackageInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(body=body, idempotency_key=idempotency_key), check, parse)
