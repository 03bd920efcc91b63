"""List packages.

The packages of the caller's projects and, unless `project` says otherwise, those that are shared with the
caller; by id, newest last. Their specifications are there.

`GET /api/v1/packages/`. Evidence: assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from ...models.package_page import PackagePage

OPERATION = OPERATIONS["list_packages"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    project: int | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Request:
    """Return the request; nothing is sent.

    Args:
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
        name: Only items whose name contains this text; upper and lower case ASCII letters are the same.
        project: Only items of the project with this id.
        state: Only packages in this state.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/packages/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "name": name,
                "project": project,
                "state": state,
            }
        ),
    )


def check(status_code: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the JSON object of a successful response as it is.

    Raises:
        UnexpectedStatus: If the status is neither a documented success nor another 2xx with a body as documented.
        UnexpectedBody: If the response is no JSON object.
    """
    _wire.check_status(OPERATION, status_code, headers, content, parse)
    return _wire.json_answer(OPERATION, status_code, headers, content)


def parse(data: Mapping[str, Any]) -> PackagePage:
    """Turn what `check` returned into a model.

    Raises:
        UnexpectedBody: If a field is missing or of another type; the reason names model and field.
    """
    from ...models.package_page import PackagePage

    return _wire.parsed(OPERATION, PackagePage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    project: int | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Response[PackagePage]:
    """List packages; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
        name: Only items whose name contains this text; upper and lower case ASCII letters are the same.
        project: Only items of the project with this id.
        state: Only packages in this state.

    Returns:
        Status, headers and body; `parsed` is set for a success.

    Raises:
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.detailed(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, project=project, state=state), check, parse
    )


def sync(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    project: int | Unset = UNSET,
    state: str | Unset = UNSET,
) -> PackagePage:
    """List packages.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Largest number of items in one page, 1 to 1000. Default 100.
        cursor: Opaque position of the page, taken from the `next` link of the page before.
        offset: Number of items to leave out at the start; only without `cursor`.
        name: Only items whose name contains this text; upper and lower case ASCII letters are the same.
        project: Only items of the project with this id.
        state: Only packages in this state.

    Returns:
        One page of packages.

    Raises:
        UnexpectedStatus: If the status is no documented success; with `session.raw` the session's own error.
        UnexpectedBody: If a successful response is not what the contract says.
    """
    return _runtime.call(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, project=project, state=state), check, parse
    )


async def asyncio_detailed(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    project: int | Unset = UNSET,
    state: str | Unset = UNSET,
) -> Response[PackagePage]:
    """As `sync_detailed`, asynchronously."""
    return await _runtime.adetailed(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, project=project, state=state), check, parse
    )


async def asyncio(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    name: str | Unset = UNSET,
    project: int | Unset = UNSET,
    state: str | Unset = UNSET,
) -> PackagePage:
    """As `sync`, asynchronously."""
    return await _runtime.acall(
        client, build(limit=limit, cursor=cursor, offset=offset, name=name, project=project, state=state), check, parse
    )
