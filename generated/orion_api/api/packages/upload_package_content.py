"""Send the archive of a package.

The body is a tar archive, compressed with gzip, with a `manifest.json`, an object that holds at least `name`,
`version`, `python_version` and `requirements`. What is no such archive, holds a path or link that leads out of
it, or is too large decompressed is rejected with 422 (`bad_package`). Afterwards the package is `processing`,
and with its floes `ready`, or `error` where they cannot be read. The same archive again is no change; another
one is rejected with 409, unless the state is `uploading` or `error`.

`PUT /api/v1/packages/{package_id}/upload/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        package_id: Id of the package.
        body: The archive.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/packages/{_wire.number_segment('package_id', package_id)}/upload/",
        body=Content(payload=body, media_type="application/octet-stream"),
        headers=_wire.header_fields(
            {
                "Content-Digest": content_digest,
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
    package_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> Response[PackageInfo]:
    """Send the archive of a package; return the response, whatever its status.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The archive.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(package_id, body=body, content_digest=content_digest), check, parse)


def sync(
    package_id: int | str,
    *,
    client: Sender,
    body: Payload,
    content_digest: str | Unset = UNSET,
) -> PackageInfo:
    """Send the archive of a package.

    Args:
        package_id: Id of the package.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The archive.
        content_digest: SHA-256 digest of the body as in RFC 9530, `sha-256=:<base64>:`. A body that does not match is
            rejected with 400 and changes nothing.

    Returns:
        The package.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(package_id, body=body, content_digest=content_digest), check, parse)


async def asyncio_detailed(
    package_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> Response[PackageInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(package_id, body=body, content_digest=content_digest), check, parse)


async def asyncio(
    package_id: int | str,
    *,
    client: AsyncSender,
    body: AsyncPayload,
    content_digest: str | Unset = UNSET,
) -> PackageInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(package_id, body=body, content_digest=content_digest), check, parse)
