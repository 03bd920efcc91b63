"""Get one record.

A record of a dataset with its id.

`GET /api/v1/storage/datasets/{dataset_id}/records/{record_id}/`. Evidence: assumed.
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
    from ...models.record_info import RecordInfo

OPERATION = OPERATIONS["get_record"]


def build(
    dataset_id: int | str,
    record_id: int | str,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        dataset_id: Id of the dataset.
        record_id: Id of the record.
    """
    return Request(
        operation=OPERATION,
        path=f"/api/v1/storage/datasets/{_wire.number_segment('dataset_id', dataset_id)}/records/{_wire.number_segment('record_id', record_id)}/",
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> RecordInfo:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.record_info import RecordInfo

    return _wire.parsed(OPERATION, RecordInfo.from_dict, data)


def sync_detailed(
    dataset_id: int | str,
    record_id: int | str,
    *,
    client: Sender,
) -> Response[RecordInfo]:
    """Get one record; return the response, whatever its status.

    Args:
        dataset_id: Id of the dataset.
        record_id: Id of the record.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(client, build(dataset_id, record_id), check, parse)


def sync(
    dataset_id: int | str,
    record_id: int | str,
    *,
    client: Sender,
) -> RecordInfo:
    """Get one record.

    Args:
        dataset_id: Id of the dataset.
        record_id: Id of the record.
        client: `session.raw` or an `AuthenticatedClient`.

    Returns:
        The record.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(client, build(dataset_id, record_id), check, parse)


async def asyncio_detailed(
    dataset_id: int | str,
    record_id: int | str,
    *,
    client: AsyncSender,
) -> Response[RecordInfo]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(client, build(dataset_id, record_id), check, parse)


async def asyncio(
    dataset_id: int | str,
    record_id: int | str,
    *,
    client: AsyncSender,
) -> RecordInfo:
    """As `sync`, asynchronously."""
    return await _runtime.acall(client, build(dataset_id, record_id), check, parse)
