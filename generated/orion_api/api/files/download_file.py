"""Download the content of a file.

Returns the content as it was uploaded. `Repr-Digest` holds its SHA-256 digest (RFC 9530); `ETag` changes with
the content. Supports a single byte range (`Range`); `Repr-Digest` always covers the whole content. A stack with
external storage responds with a redirect to a presigned URL, which needs no token and rejects one.

`GET /api/v3/storage/files/{file_id}/download`. Evidence: observed (source `openmm-orion`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...errors import UnexpectedStatus
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncRawResponse,
    AsyncSender,
    RawResponse,
    Request,
    Sender,
    Unset,
)

OPERATION = OPERATIONS["download_file"]


def build(
    file_id: int | str,
    *,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        file_id: Id of the file.
        range_: Byte range of the content to return, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<suffix
            length>`; positions start at 0 and `<last>` is inclusive. Any other value, multiple ranges included,
            is ignored.
        if_range: `ETag` of the content that the range belongs to. If the content has a different `ETag`, the range is
            ignored and the whole content is returned.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v3/storage/files/{_wire.encode_id('file_id', file_id)}/download",
        headers=_wire.encode_headers(
            {
                "Range": range_,
                "If-Range": if_range,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is not a documented success.
    """
    if status_code not in OPERATION.success:
        raise UnexpectedStatus(status_code, content, headers, OPERATION)
    return {}


def sync_detailed(
    file_id: int | str,
    *,
    client: Sender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> RawResponse:
    """Download the content of a file; return the open response, whatever its status.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        range_: Byte range of the content to return, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<suffix
            length>`; positions start at 0 and `<last>` is inclusive. Any other value, multiple ranges included,
            is ignored.
        if_range: `ETag` of the content that the range belongs to. If the content has a different `ETag`, the range is
            ignored and the whole content is returned.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(build(file_id, range_=range_, if_range=if_range))


def sync(
    file_id: int | str,
    *,
    client: Sender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> RawResponse:
    """Download the content of a file.

    Args:
        file_id: Id of the file.
        client: `session.raw` or an `AuthenticatedClient`.
        range_: Byte range of the content to return, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<suffix
            length>`; positions start at 0 and `<last>` is inclusive. Any other value, multiple ranges included,
            is ignored.
        if_range: `ETag` of the content that the range belongs to. If the content has a different `ETag`, the range is
            ignored and the whole content is returned.

    Returns:
        Content of the file. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(file_id, range_=range_, if_range=if_range))


async def asyncio_detailed(
    file_id: int | str,
    *,
    client: AsyncSender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(file_id, range_=range_, if_range=if_range))


async def asyncio(
    file_id: int | str,
    *,
    client: AsyncSender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(file_id, range_=range_, if_range=if_range))
