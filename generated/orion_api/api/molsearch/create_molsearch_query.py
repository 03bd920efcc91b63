"""Create a molecule search query.

Starts a search. The state is `QUEUED` at first; the final state is `SUCCESS`, or `ERROR` or `CANCELLED` with a
reason. Rejected with 422 (`bad_query`) if the query is not supported, and with 409 if the database is not
`LOADED`.

`POST /api/v1/molsearch/queries/`. Evidence: listed (source `commands`).
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
    from ...models.create_molsearch_query import CreateMolsearchQuery
    from ...models.molsearch_query_info import MolsearchQueryInfo

OPERATION = OPERATIONS["create_molsearch_query"]


def build(
    *,
    body: CreateMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        body: Fields of a new query.
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
        path="/api/v1/molsearch/queries/",
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


def parse(data: Mapping[str, Any]) -> MolsearchQueryInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.molsearch_query_info import MolsearchQueryInfo

    return _wire.parse_model(OPERATION, MolsearchQueryInfo.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    body: CreateMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[MolsearchQueryInfo]:
    """Create a molecule search query; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: Fields of a new query.
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
    return _runtime.call_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


def sync(
    *,
    client: Sender,
    body: CreateMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> MolsearchQueryInfo:
    """Create a molecule search query.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: Fields of a new query.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The query in state `QUEUED`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreateMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[MolsearchQueryInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreateMolsearchQuery | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> MolsearchQueryInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body, idempotency_key=idempotency_key), check, parse)
