"""Finalize a dataset.

Marks the dataset as complete after a series of add_records: it is no longer dirty. Idempotent.

`POST /api/v1/storage/datasets/{dataset_id}/finalize/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import _runtime, _wire
from ...operations import OPERATIONS
from ...types import (
    AsyncSender,
    Request,
    Response,
    Sender,
)

if TYPE_CHECKING:
    from ...models.dataset_info import DatasetInfo

OPERATION = OPERATIONS["finalize_dataset"]


def build(
    dataset_id: int | str,
) -> Request:
    """Build the request without sending it.

    Args:
        dataset_id: Id of the dataset.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.encode_id('dataset_id', dataset_id)}/finalize/",
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
    dataset_id: int | str,
    *,
    client: Sender,
) -> Response[DatasetInfo]:
    """Finalize a dataset; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(client, build(dataset_id), check, parse)


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
) -> DatasetInfo:
    """Finalize a dataset.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The dataset.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(client, build(dataset_id), check, parse)


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
) -> Response[DatasetInfo]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(client, build(dataset_id), check, parse)


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
) -> DatasetInfo:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(client, build(dataset_id), check, parse)
