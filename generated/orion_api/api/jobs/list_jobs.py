"""List jobs.

Lists the jobs of the caller's projects, ordered by id.

`GET /api/v1/jobs/`. Evidence: listed (source `commands`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from ...models.job_page import JobPage
    from ...models.tag_match import TagMatch

OPERATION = OPERATIONS["list_jobs"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    workfloe: int | Unset = UNSET,
    job_type: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        state: Only jobs in this state.
        states: Only items in one of these states. Repeat the parameter to pass several states.
        workfloe: Only jobs of the floe with this id.
        job_type: Only jobs of this type: `stack` for jobs of a floe of the stack, `package` for jobs of a floe of a
            package. The values are assumed.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/jobs/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "order_by": order_by,
                "name": name,
                "name_contains": name_contains,
                "name_icontains": name_icontains,
                "project": project,
                "owner": owner,
                "tags": tags,
                "tag_filters": tag_filters,
                "tag_match": tag_match,
                "state": state,
                "states": states,
                "workfloe": workfloe,
                "job_type": job_type,
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


def parse(data: Mapping[str, Any]) -> JobPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.job_page import JobPage

    return _wire.parse_model(OPERATION, JobPage.from_dict, data)


def sync_detailed(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    workfloe: int | Unset = UNSET,
    job_type: str | Unset = UNSET,
) -> Response[JobPage]:
    """List jobs; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        state: Only jobs in this state.
        states: Only items in one of these states. Repeat the parameter to pass several states.
        workfloe: Only jobs of the floe with this id.
        job_type: Only jobs of this type: `stack` for jobs of a floe of the stack, `package` for jobs of a floe of a
            package. The values are assumed.

    Returns:
        Status, headers and body; `parsed` is set on success.

    Raises:
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call_detailed(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            state=state,
            states=states,
            workfloe=workfloe,
            job_type=job_type,
        ),
        check,
        parse,
    )


def sync(
    *,
    client: Sender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    workfloe: int | Unset = UNSET,
    job_type: str | Unset = UNSET,
) -> JobPage:
    """List jobs.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed.
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        project: Only items of the project with this id.
        owner: Only items of the user with this id.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        state: Only jobs in this state.
        states: Only items in one of these states. Repeat the parameter to pass several states.
        workfloe: Only jobs of the floe with this id.
        job_type: Only jobs of this type: `stack` for jobs of a floe of the stack, `package` for jobs of a floe of a
            package. The values are assumed.

    Returns:
        A page of jobs.

    Raises:
        UnexpectedStatus: If the status is not a documented success; `session.raw` raises an `OrionError` instead.
        UnexpectedBody: If the body of a successful response does not match the contract.
    """
    return _runtime.call(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            state=state,
            states=states,
            workfloe=workfloe,
            job_type=job_type,
        ),
        check,
        parse,
    )


async def asyncio_detailed(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    workfloe: int | Unset = UNSET,
    job_type: str | Unset = UNSET,
) -> Response[JobPage]:
    """Asynchronous version of `sync_detailed`."""
    return await _runtime.acall_detailed(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            state=state,
            states=states,
            workfloe=workfloe,
            job_type=job_type,
        ),
        check,
        parse,
    )


async def asyncio(
    *,
    client: AsyncSender,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    project: int | Unset = UNSET,
    owner: int | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    workfloe: int | Unset = UNSET,
    job_type: str | Unset = UNSET,
) -> JobPage:
    """Asynchronous version of `sync`."""
    return await _runtime.acall(
        client,
        build(
            limit=limit,
            cursor=cursor,
            offset=offset,
            order_by=order_by,
            name=name,
            name_contains=name_contains,
            name_icontains=name_icontains,
            project=project,
            owner=owner,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            state=state,
            states=states,
            workfloe=workfloe,
            job_type=job_type,
        ),
        check,
        parse,
    )
