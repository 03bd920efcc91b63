"""Delete a dataset.

Moves a dataset to the trash (soft delete) or, with `immediate`, deletes it permanently with its records.

`DELETE /api/v1/storage/datasets/{dataset_id}/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    UNSET,
    AsyncSender,
    Request,
    Response,
    Sender,
    Unset,
    encode_query,
)

OPERATION = OPERATIONS["delete_dataset"]


def build(
    dataset_id: int | str,
    *,
    immediate: bool | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        dataset_id: Id of the dataset.
        immediate: If true, delete permanently; if false, move to the trash (soft delete). Defaults to false.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.encode_id('dataset_id', dataset_id)}/",
        query=encode_query(
            {
                "immediate": immediate,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Check the status of a response without content and return an empty dict.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx without content.
    """
    _wire.check_status(OPERATION, status_code, headers, content, None)
    return {}


def sync_detailed(
    dataset_id: int | str,
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """Delete a dataset; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: If true, delete permanently; if false, move to the trash (soft delete). Defaults to false.

    Returns:
        Status, headers and body.
    """
    return _runtime.call_detailed(client, build(dataset_id, immediate=immediate), check, None)


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
    immediate: bool | Unset = UNSET,
) -> None:
    """Delete a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.
        immediate: If true, delete permanently; if false, move to the trash (soft delete). Defaults to false.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
    """
    _runtime.call(client, build(dataset_id, immediate=immediate), check, _wire.parse_any)


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> Response[None]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(dataset_id, immediate=immediate), check, None)


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
    immediate: bool | Unset = UNSET,
) -> None:
    """Asynchronous version of `sync`."""
    await _runtime.acall(client, build(dataset_id, immediate=immediate), check, _wire.parse_any)
