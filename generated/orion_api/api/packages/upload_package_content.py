"""Upload the archive of a package.

The body is a gzip-compressed tar archive that contains `manifest.json`, an object with at least `name`,
`version`, `python_version` and `requirements`. An invalid archive, one with a path or link that leads outside
it, or one that is too large when decompressed is rejected with 422 (`bad_package`). The state becomes `queued`,
then `ready` when the floes are available, or `error` if they cannot be read. Uploading the same archive again
changes nothing; another archive is rejected with 409 unless the state is `uploading` or `error`.

`PUT /api/v1/packages/{package_id}/upload/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncPayload,
    AsyncSender,
    Content,
    Payload,
    Request,
    Response,
    Sender,
    Unset,
)

if TYPE_CHECKING:
    from ...models.package_info import PackageInfo

OPERATION = OPERATIONS["upload_package_content"]


def build(
    package_id: int | str,
    *,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        package_id: Id of the package.
        body: The archive.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/packages/{_wire.encode_id('package_id', package_id)}/upload/",
        body=Content(payload=body, media_type="application/octet-stream"),
        headers=_wire.encode_headers(
            {
                "Content-Digest": content_digest,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Decode the JSON object of a successful response.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a documented body.
        UnexpectedBody: If the body is not a JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.decode_object(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> PackageInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.package_info import PackageInfo

    return _wire.parse_model(OPERATION, PackageInfo.from_dict, data)


def sync_detailed(
    package_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[PackageInfo]:
    """Upload the archive of a package; return the response, whatever its status.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The archive.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(package_id, body=body, content_digest=content_digest), check, parse)


def sync(
    package_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> PackageInfo:
    """Upload the archive of a package.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The archive.
        content_digest: SHA-256 digest of the body as defined by RFC 9530, `sha-256=:<base64>:`. A body that does not match
            is rejected with 400 and changes nothing.

    Returns:
        The package.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(package_id, body=body, content_digest=content_digest), check, parse)


async def asyncio_detailed(
    package_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Response[PackageInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(package_id, body=body, content_digest=content_digest), check, parse
    )


async def asyncio(
    package_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> PackageInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(package_id, body=body, content_digest=content_digest), check, parse)
