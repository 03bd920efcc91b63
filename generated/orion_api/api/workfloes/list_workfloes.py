"""List floes.

Lists the floes of the stack and of the packages that the caller can read, ordered by id. The specification is
empty in listings (documented); get_workfloe returns it.

`GET /api/v1/workfloes/`. Evidence: listed (source `commands`).
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
    from ...models.tag_match import TagMatch
    from ...models.work_floe_spec_page import WorkFloeSpecPage

OPERATION = OPERATIONS["list_workfloes"]


def build(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    order_by: str | Unset = UNSET,
    name: str | Unset = UNSET,
    name_contains: str | Unset = UNSET,
    name_icontains: str | Unset = UNSET,
    title: str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    classification: str | Unset = UNSET,
    uuid: str | Unset = UNSET,
    package: int | Unset = UNSET,
    version: str | Unset = UNSET,
    owner: int | Unset = UNSET,
    project: int | Unset = UNSET,
) -> Request:
    """Build the request without sending it.

    Args:
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed. By `recently_used`, the floe
            of the latest job is first, and floes without jobs are last (assumed).
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        title: Only floes whose title contains this string; ASCII letters match case-insensitively.
        state: Only floes in this state.
        states: Only items in one of these states. Repeat the parameter to pass several states.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        classification: Only floes in this classification or in one below it, for example `Docking/Posing`.
        uuid: Only floes with this UUID, in upper or lower case.
        package: Only floes of the package with this id.
        version: Only floes of packages with exactly this version.
        owner: Only floes of packages of the user with this id.
        project: Only floes of packages of the project with this id.
    """
    return Request(
        operation=OPERATION,
        path="/api/v1/workfloes/",
        query=encode_query(
            {
                "limit": limit,
                "cursor": cursor,
                "offset": offset,
                "order_by": order_by,
                "name": name,
                "name_contains": name_contains,
                "name_icontains": name_icontains,
                "title": title,
                "state": state,
                "states": states,
                "tags": tags,
                "tag_filters": tag_filters,
                "tag_match": tag_match,
                "classification": classification,
                "uuid": uuid,
                "package": package,
                "version": version,
                "owner": owner,
                "project": project,
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


def parse(data: Mapping[str, Any]) -> WorkFloeSpecPage:
    """Create the model from the return value of `check`.

    Raises:
        UnexpectedBody: If a field is missing or has another type; the reason names the model and field.
    """
    from ...models.work_floe_spec_page import WorkFloeSpecPage

    return _wire.parse_model(OPERATION, WorkFloeSpecPage.from_dict, data)


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
    title: str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    classification: str | Unset = UNSET,
    uuid: str | Unset = UNSET,
    package: int | Unset = UNSET,
    version: str | Unset = UNSET,
    owner: int | Unset = UNSET,
    project: int | Unset = UNSET,
) -> Response[WorkFloeSpecPage]:
    """List floes; return the response, whatever its status.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed. By `recently_used`, the floe
            of the latest job is first, and floes without jobs are last (assumed).
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        title: Only floes whose title contains this string; ASCII letters match case-insensitively.
        state: Only floes in this state.
        states: Only items in one of these states. Repeat the parameter to pass several states.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        classification: Only floes in this classification or in one below it, for example `Docking/Posing`.
        uuid: Only floes with this UUID, in upper or lower case.
        package: Only floes of the package with this id.
        version: Only floes of packages with exactly this version.
        owner: Only floes of packages of the user with this id.
        project: Only floes of packages of the project with this id.

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
            title=title,
            state=state,
            states=states,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            classification=classification,
            uuid=uuid,
            package=package,
            version=version,
            owner=owner,
            project=project,
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
    title: str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    classification: str | Unset = UNSET,
    uuid: str | Unset = UNSET,
    package: int | Unset = UNSET,
    version: str | Unset = UNSET,
    owner: int | Unset = UNSET,
    project: int | Unset = UNSET,
) -> WorkFloeSpecPage:
    """List floes.

    Args:
        client: `session.raw` or an `AuthenticatedClient`.
        limit: Maximum number of items per page, 1 to 1000. Defaults to 100.
        cursor: Opaque pagination cursor, taken from the `next` link of the previous page.
        offset: Number of items to skip. Ignored with `cursor`.
        order_by: Order of the items, by a field in ascending order, or in descending order after a `-`. Items with
            equal values are ordered by id. Defaults to `id`. The `-` is assumed. By `recently_used`, the floe
            of the latest job is first, and floes without jobs are last (assumed).
        name: Only items whose name contains this string; ASCII letters match case-insensitively.
        name_contains: Only items whose name contains this string, in the same case.
        name_icontains: Only items whose name contains this string; ASCII letters match case-insensitively.
        title: Only floes whose title contains this string; ASCII letters match case-insensitively.
        state: Only floes in this state.
        states: Only items in one of these states. Repeat the parameter to pass several states.
        tags: Only items that have all of these tags; `tag_match` sets how they are compared. Repeat the parameter
            to pass several tags.
        tag_filters: Only items that have at least one of these tags. Repeat the parameter to pass several tags. The
            meaning is assumed.
        tag_match: How the filters for tags compare them with the tags of an item. Defaults to `exact`. The values that
            begin with `i` match ASCII letters case-insensitively. `iexact` is published, the other values are
            assumed.
        classification: Only floes in this classification or in one below it, for example `Docking/Posing`.
        uuid: Only floes with this UUID, in upper or lower case.
        package: Only floes of the package with this id.
        version: Only floes of packages with exactly this version.
        owner: Only floes of packages of the user with this id.
        project: Only floes of packages of the project with this id.

    Returns:
        A page of floes.

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
            title=title,
            state=state,
            states=states,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            classification=classification,
            uuid=uuid,
            package=package,
            version=version,
            owner=owner,
            project=project,
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
    title: str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    classification: str | Unset = UNSET,
    uuid: str | Unset = UNSET,
    package: int | Unset = UNSET,
    version: str | Unset = UNSET,
    owner: int | Unset = UNSET,
    project: int | Unset = UNSET,
) -> Response[WorkFloeSpecPage]:
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
            title=title,
            state=state,
            states=states,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            classification=classification,
            uuid=uuid,
            package=package,
            version=version,
            owner=owner,
            project=project,
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
    title: str | Unset = UNSET,
    state: str | Unset = UNSET,
    states: Sequence[str] | Unset = UNSET,
    tags: Sequence[str] | Unset = UNSET,
    tag_filters: Sequence[str] | Unset = UNSET,
    tag_match: TagMatch | str | Unset = UNSET,
    classification: str | Unset = UNSET,
    uuid: str | Unset = UNSET,
    package: int | Unset = UNSET,
    version: str | Unset = UNSET,
    owner: int | Unset = UNSET,
    project: int | Unset = UNSET,
) -> WorkFloeSpecPage:
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
            title=title,
            state=state,
            states=states,
            tags=tags,
            tag_filters=tag_filters,
            tag_match=tag_match,
            classification=classification,
            uuid=uuid,
            package=package,
            version=version,
            owner=owner,
            project=project,
        ),
        check,
        parse,
    )
