"""Download the hits of a query.

Returns the hits as one file, best first: the records as they were when the search ran, with the fields `Search
Rank` and `Search Score`; a SMILES file has molecules and titles alone. Rejected with 409 unless the query is
`SUCCESS`. If the local Orion has RDKit, molecules are converted to the form that the format needs; otherwise a
format that cannot hold them is rejected with 422, as in download_dataset.

`GET /api/v1/molsearch/queries/{query_id}/download/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
    encode_query,
)

if TYPE_CHECKING:
    from ...models.download_molsearch_hits_format import DownloadMolsearchHitsFormat

OPERATION = OPERATIONS["download_molsearch_hits"]


def build(
    query_id: int | str,
    *,
    format: DownloadMolsearchHitsFormat | str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        query_id: Id of the query.
        format: Format of the file, as in download_dataset. An unsupported format is rejected with 422; the detail
            lists the supported formats.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/queries/{_wire.encode_id('query_id', query_id)}/download/",
        query=encode_query(
            {
                "format": format,
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
    query_id: int | str,
    *,
    client: Sender,
    format: DownloadMolsearchHitsFormat | str | Unset = UNSET,
) -> RawResponse:
    """Download the hits of a query; return the open response, whatever its status.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.
        format: Format of the file, as in download_dataset. An unsupported format is rejected with 422; the detail
            lists the supported formats.

    Returns:
        The open response, to be closed by the caller; `iter_bytes()` streams the body.
    """
    return client.send(build(query_id, format=format))


def sync(
    query_id: int | str,
    *,
    client: Sender,
    format: DownloadMolsearchHitsFormat | str | Unset = UNSET,
) -> RawResponse:
    """Download the hits of a query.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.
        format: Format of the file, as in download_dataset. An unsupported format is rejected with 422; the detail
            lists the supported formats.

    Returns:
        The file. An open response, to be closed by the caller; `iter_bytes()` streams the body.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    return _runtime.stream(client, build(query_id, format=format))


async def asyncio_detailed(
    query_id: int | str,
    *,
    client: AsyncSender,
    format: DownloadMolsearchHitsFormat | str | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync_detailed`; read the response with `aiter_bytes()`."""
    return await client.asend(build(query_id, format=format))


async def asyncio(
    query_id: int | str,
    *,
    client: AsyncSender,
    format: DownloadMolsearchHitsFormat | str | Unset = UNSET,
) -> AsyncRawResponse:
    """Asynchronous version of `sync`; read the response with `aiter_bytes()`."""
    return await _runtime.astream(client, build(query_id, format=format))
