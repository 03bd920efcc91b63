"""Create a molecule database.

Creates a molecule database from a dataset, or from a collection whose ready shards hold molecules, and loads
it: its state is `LOADING`, then `LOADED` when it can be searched, or `ERROR` with a reason. A query searches
the molecules that the source had when the database was loaded. Rejected with 422 unless there is exactly one
source, and if the local Orion does not have what an option asks for; with 409 (`collection_not_ready`) if the
collection is not `ready`. A shard has the format that its name ends with, such as `smi` or `sdf.gz`; otherwise
it has records in the format `binary`.

`POST /api/v1/molsearch/databases/`. Evidence: listed (source `commands`).
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
    from ...models.create_molsearch_database import CreateMolsearchDatabase
    from ...models.molsearch_database_info import MolsearchDatabaseInfo

OPERATION = OPERATIONS["create_molsearch_database"]


def build(
    *,
    body: CreateMolsearchDatabase | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        body: The database to create.
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
        path="/api/v1/molsearch/databases/",
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


def parse(data: Mapping[str, Any]) -> MolsearchDatabaseInfo:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.molsearch_database_info import MolsearchDatabaseInfo

    return _wire.parse_model(OPERATION, MolsearchDatabaseInfo.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    body: CreateMolsearchDatabase | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[MolsearchDatabaseInfo]:
    """Create a molecule database; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The database to create.
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
    body: CreateMolsearchDatabase | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> MolsearchDatabaseInfo:
    """Create a molecule database.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The database to create.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The database in state `LOADING`.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CreateMolsearchDatabase | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[MolsearchDatabaseInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CreateMolsearchDatabase | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> MolsearchDatabaseInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body, idempotency_key=idempotency_key), check, parse)
