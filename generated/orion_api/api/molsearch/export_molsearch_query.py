"""Export the hits of a query to a dataset.

Creates a dataset with one record for each hit, best first: the records as they were when the search ran, with
the fields `Search Rank` and `Search Score`. Rejected with 409 unless the query is `SUCCESS`.

`POST /api/v1/molsearch/queries/{query_id}/export/`. Evidence: listed (source `commands`).
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
    from ...models.dataset_info import DatasetInfo
    from ...models.export_molsearch_query import ExportMolsearchQuery

OPERATION = OPERATIONS["export_molsearch_query"]


def build(
    query_id: int | str,
    *,
    body: ExportMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        query_id: Id of the query.
        body: The dataset to create.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/molsearch/queries/{_wire.encode_id('query_id', query_id)}/export/",
        body=Json(_wire.to_wire(body)),
        headers=_wire.encode_headers(
            {
                "Idempotency-Key": idempotency_key,
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


def parse(data: Mapping[str, Any]) -> DatasetInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.dataset_info import DatasetInfo

    return _wire.parse_model(OPERATION, DatasetInfo.from_dict, data)


def sync_detailed(
    query_id: int | str,
    *,
    client: Sender,
    body: ExportMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Export the hits of a query to a dataset; return the response, whatever its status.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The dataset to create.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(query_id, body=body, idempotency_key=idempotency_key), check, parse)


def sync(
    query_id: int | str,
    *,
    client: Sender,
    body: ExportMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> DatasetInfo:
    """Export the hits of a query to a dataset.

    Args:
        query_id: Id of the query.
        client: `session.raw` or an `AuthenticatedClient`.
        body: The dataset to create.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The dataset.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(query_id, body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    query_id: int | str,
    *,
    client: AsyncSender,
    body: ExportMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[DatasetInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client, build(query_id, body=body, idempotency_key=idempotency_key), check, parse
    )


async def asyncio(
    query_id: int | str,
    *,
    client: AsyncSender,
    body: ExportMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> DatasetInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(query_id, body=body, idempotency_key=idempotency_key), check, parse)
