"""Download the report of an export.

Returns the report in the format of the export: CSV with a header (RFC 4180, UTF-8), or a JSON array of objects.
In CSV, a string that begins with `=`, `+`, `-`, `@`, a tab or a line break has a `'` before it, because
spreadsheets would run it as a formula. Supports a single byte range (`Range`). Rejected with 409 unless the
export is `ready`, and with 403 if the caller has lost the capability that the report requires.

`GET /api/v1/exports/{export_id}/download/`. Evidence: listed (source `commands`).
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

OPERATION = OPERATIONS["download_export"]


def build(
    export_id: int | str,
    *,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        export_id: Id of the export.
        range_: Byte range of the content to return, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<suffix
            length>`; positions start at 0 and `<last>` is inclusive. Any other value, multiple ranges included,
            is ignored.
        if_range: `ETag` of the content that the range belongs to. If the content has a different `ETag`, the range is
            ignored and the whole content is returned.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/exports/{_wire.encode_id('export_id', export_id)}/download/",
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
    export_id: int | str,
    *,
    client: Sender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> RawResponse:
    """Download the report of an export; return the open response, whatever its status.

    Args:
        export_id: Id of the export.
        client: `session.raw` or an `AuthenticatedClient`.
        range_: Byte range of the content to return, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<suffix
            length>`; positions start at 0 and `<last>` is inclusive. Any other value, multiple ranges included,
            is ignored.
        if_range: `ETag` of the content that the range belongs to. If the content has a different `ETag`, the range is
            ignored and the whole content is returned.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(build(export_id, range_=range_, if_range=if_range))


def sync(
    export_id: int | str,
    *,
    client: Sender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> RawResponse:
    """Download the report of an export.

    Args:
        export_id: Id of the export.
        client: `session.raw` or an `AuthenticatedClient`.
        range_: Byte range of the content to return, `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<suffix
            length>`; positions start at 0 and `<last>` is inclusive. Any other value, multiple ranges included,
            is ignored.
        if_range: `ETag` of the content that the range belongs to. If the content has a different `ETag`, the range is
            ignored and the whole content is returned.

    Returns:
        The report. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(export_id, range_=range_, if_range=if_range))


async def asyncio_detailed(
    export_id: int | str,
    *,
    client: AsyncSender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(export_id, range_=range_, if_range=if_range))


async def asyncio(
    export_id: int | str,
    *,
    client: AsyncSender,
    range_: str | Unset = UNSET,
    if_range: str | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(export_id, range_=range_, if_range=if_range))
