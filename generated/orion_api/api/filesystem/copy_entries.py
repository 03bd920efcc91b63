"""Copy items and folders.

Copies items on the server, and folders with their content if `recursive` is true (400 `is_folder` otherwise).
The copies belong to the caller and to the project of the destination, and have no tags and no shares. An item
whose content is incomplete, for example a file in state `uploading`, is rejected with 409. A destination that
is a folder or a root, or that ends with a slash (it must be a folder then), takes the sources under their
names. Otherwise there must be one source, the parent of the destination must exist (404), and its last name
becomes the name of the entry. An existing item of that name is rejected with 409 `exists`; with `force`, it is
moved to the trash, unless there are several (409 `ambiguous`). An existing folder of that name is always
rejected with 409 `exists`, and so are two sources of one name. A root as a source, a source that is given twice
or lies in another source, and a folder into itself or its subfolders are rejected with 400. Atomic: either all
sources are copied or none. An item onto itself is rejected with 409 `exists`, with `force` too.

`POST /api/v1/fs/copies/`. Evidence: listed (source `commands`).
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
    from ...models.copy_entries import CopyEntries
    from ...models.entry_results import EntryResults

OPERATION = OPERATIONS["copy_entries"]


def build(
    *,
    body: CopyEntries | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        body: The sources and the destination.
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
        path="/api/v1/fs/copies/",
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


def parse(data: Mapping[str, Any]) -> EntryResults:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.entry_results import EntryResults

    return _wire.parse_model(OPERATION, EntryResults.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    body: CopyEntries | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[EntryResults]:
    """Copy items and folders; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The sources and the destination.
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
    body: CopyEntries | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> EntryResults:
    """Copy items and folders.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        body: The sources and the destination.
        idempotency_key: Unique key of this request, chosen by the client: 1 to 200 visible ASCII characters. The server
            executes the operation once: if the same user sends the same request with the same key within 24
            hours, the server returns the stored response (with the header `Idempotent-Replayed: true`) and
            changes nothing. A key that was used with another path, query or body is rejected with 422; a key
            whose first request is still running is rejected with 409. A rejected request does not consume its
            key. Supported only if the server announces `idempotency-keys` (header `X-Orion-Features`, and
            `features` of get_api_versions).

    Returns:
        The copies, one entry per source in their order.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio_detailed(
    *,
    client: AsyncSender,
    body: CopyEntries | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> Response[EntryResults]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(body=body, idempotency_key=idempotency_key), check, parse)


async def asyncio(
    *,
    client: AsyncSender,
    body: CopyEntries | Mapping[str, Any],
    idempotency_key: str | Unset = UNSET,
) -> EntryResults:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(body=body, idempotency_key=idempotency_key), check, parse)
