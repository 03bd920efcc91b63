"""Declare a dataset complete.

Ends a row of add_records: the dataset is no longer dirty. Doing it again changes nothing.

`POST /api/v1/storage/datasets/{dataset_id}/finalize/`. Evidence: assumed.
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
    """Return the request; nothing is sent.

    Args:
        dataset_id: Id of the dataset.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.number_segment('dataset_id', dataset_id)}/finalize/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> DatasetInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.dataset_info import DatasetInfo

    return _wire.parsed(OPERATION, DatasetInfo.from_dict, data)


def sync_detailed(
    dataset_id: int | str,
    *,
    client: Sender,
) -> Response[DatasetInfo]:
    """Declare a dataset complete; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(dataset_id), check, parse)


def sync(
    dataset_id: int | str,
    *,
    client: Sender,
) -> DatasetInfo:
    """Declare a dataset complete.

    Args:
        dataset_id: Id of the dataset.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The dataset.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(dataset_id), check, parse)


async def asyncio_detailed(
    dataset_id: int | str,
    *,
    client: AsyncSender,
) -> Response[DatasetInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(dataset_id), check, parse)


async def asyncio(
    dataset_id: int | str,
    *,
    client: AsyncSender,
) -> DatasetInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(dataset_id), check, parse)
