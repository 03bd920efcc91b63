"""Pagination of listings and validation of ids in responses, without I/O."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from orionclient._resources.resource import resource_id
from orionclient._transport.checks import parse_origin, resolve_url
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orion_api.types import Operation, Request

    from orionclient._transport.response import Response

_MAX_PAGES: Final = 1_000_000
# Operations whose objects or items are not resources with an id.
_NO_ID: Final = frozenset({
    "copy_entries", "get_api_versions", "get_current_balance", "get_entry", "get_job_log_size", "get_molsearch_smiles",
    "list_classifications", "list_entries", "list_folders", "list_molsearch_hits", "list_parts", "list_shares", "list_tags", "move_entries",
    "obtain_token", "obtain_upload_targets", "remove_entries", "upload_part",
})  # fmt: skip


def find_missing_id(operation: Operation, data: Mapping[str, Any]) -> str | None:
    """Check that a resource in a response has a valid id.

    Args:
        operation: The operation.
        data: The JSON object of the resource.

    Returns:
        The problem, in a few words; None if the id is valid, or the operation returns no resources with ids.
    """
    if operation.id in _NO_ID:
        return None
    # The string form takes precedence, since it is exact.
    found = data.get("id_str") or data.get("id")
    try:
        resource_id(found, "the id in the response")
    except ValidationError as error:
        return str(error) if data.get("id") is not None else "the resource in the response has no id"
    return None


def make_paginator(first: Request, origin: tuple[str, str, int], limit: int | None = None) -> Paginator:
    """Create the paginator for the order of a listing.

    Args:
        first: As for `Paginator`.
        origin: As for `Paginator`.
        limit: As for `Paginator`.

    Returns:
        The paginator.
    """
    by_id = dict(first.query).get("order_by") == "id" and first.operation.offset and first.operation.id not in _NO_ID
    return (IdPaginator if by_id else Paginator)(first, origin, limit)


class Paginator:
    """Pages of a listing, without I/O: builds the next request and validates each page.

    Follows the links to the next page. If the page has no link, or the query has an `offset` or an `order_by`, the next page is
    requested by its offset instead.

    Args:
        first: Request for the first page.
        origin: Scheme, host and port of the listing; links to other origins are rejected.
        limit: Page size; None if the query sets it, or to use the server's default.

    Attributes:
        request: Request for the next page; None after the last.
    """

    def __init__(self, first: Request, origin: tuple[str, str, int], limit: int | None = None) -> None:
        self._first = first
        self._by_offset = first.operation.offset and bool({"offset", "order_by"} & dict(first.query).keys())
        self._origin = origin
        self._limit = limit
        # Count of items before the next page, and of the largest page so far.
        self._position = self._start = _integer_in(first, "offset") or 0
        self._largest = 0
        self._visited: set[str] = set()
        self._ids: set[Any] = set()
        self._results: list[Any] = []
        self.request: Request | None = self._at_position()

    def _at_position(self) -> Request:
        moved = self._position != self._start
        query = tuple(pair for pair in self._first.query if not (moved and pair[0] == "offset"))
        more = {"offset": self._position if moved else None, "limit": self._limit}
        return evolve(self._first, query=query).with_query(more)

    def shrink(self, limit: int | None) -> bool:
        """Request the failed page again with fewer items.

        Args:
            limit: Page size; None for the server's default.

        Returns:
            True if the page can be requested again.
        """
        if self._position != self._start and not self._first.operation.offset:
            return False
        self._limit = limit
        self.request = self._at_position()
        return True

    def accept(self, page: Mapping[str, Any], response: Response) -> Iterator[dict[str, Any]]:
        """Process a page.

        Args:
            page: The JSON object of the response.
            response: The response.

        Yields:
            The items of the page.

        Raises:
            BadResponse: The page is not valid, a resource has no id, the `next` link leads to another host or forms a cycle, or the pages
                end before the server's count of items.
        """
        results = _get_results(page, response)
        before, self._ids = self._ids, {_get_key(item) for item in results if _has_plain_id(item)}
        last, self._results = self._results, [] if self._ids else results
        by_offset = self._position != self._start and self.request is not None and self.request.url is None
        is_duplicate = by_offset and bool(results) and (self._ids == before if self._ids else results == last)
        if not is_duplicate:
            self._position += len(results)
            yield from self._items(results, before, response)
        # A cycle may lead to the first page, whose URL was in no link, with or without the added limit.
        self._visited |= {response.url, response.url.removesuffix(f"limit={self._limit}").rstrip("?&")}
        following = page.get("next")
        if "next" in page and not (following and self._by_offset):
            self._follow(following, response)
        elif self._is_last(page, response, is_duplicate=is_duplicate):
            self.request = None
        else:
            self._largest = max(self._largest, len(results))
            self.request = self._at_position()

    def _items(self, results: list[Any], before: set[Any], response: Response) -> Iterator[dict[str, Any]]:
        for item in results:
            if not isinstance(item, dict):
                raise response.error("an item of the page is not a JSON object")
            if problem := find_missing_id(self._first.operation, item):
                raise response.error(problem)
            # Resources that are created while the listing is read move items to the next page, where they would be repeated.
            if not (before and _has_plain_id(item) and _get_key(item) in before):
                yield item

    def _is_last(self, page: Mapping[str, Any], response: Response, *, is_duplicate: bool) -> bool:
        """Decide whether a page whose `next` link is not followed is the last one, by the server's count, else by its size."""
        operation, size, count, linked = self._first.operation, len(page["results"]), _get_count(page), page.get("next")
        full = size >= (self._limit or _integer_in(self._first, "limit") or 1)
        if count is not None and self._position >= count and not is_duplicate and not linked:
            return True
        # A short first page without a count may be the whole listing, or the maximum page size of the server.
        more = count is not None or full or linked
        if not more and (is_duplicate or not size or size < self._largest):
            return True
        why = ""
        if is_duplicate:
            why = "the next page equals the last one"
        elif not size:
            why = "the next page is empty"
        elif not operation.offset:
            why = f"the page has no next link and {operation.id} has no offset"
        if why and more:
            raise self._incomplete_error(page, response, why)
        return bool(why)

    def _incomplete_error(self, page: Mapping[str, Any], response: Response, why: str) -> Exception:
        count = _get_count(page)
        of = f"{self._position}" if count is None else f"{self._position} of {count}"
        return response.error(f"incomplete listing: after {of} items {why}")

    def _follow(self, following: Any, response: Response) -> None:
        """Follow the link to the next page; null and the empty string are the end."""
        if not following:
            self.request = None
            return
        try:
            target = resolve_url(response.url, str(following))
        except ValidationError as error:
            raise response.error(f"the link to the next page was not followed: {error}") from None
        problem = self._find_link_problem(target)
        if problem:
            raise response.error(f"the link to the next page was not followed: {problem}")
        self._visited.add(target)
        self.request = evolve(self._first, url=target)

    def _find_link_problem(self, target: str) -> str | None:
        if parse_origin(target) != self._origin:
            return "it leads to another host"
        if target in self._visited or len(self._visited) >= _MAX_PAGES:
            return "it leads to a page that was read already"
        return None


class IdPaginator(Paginator):
    """Pages in ascending order of ids, which overlap by one item.

    Resources that are created or deleted while the listing is read move the others. So each page begins with the last item of the page
    before. If that item is gone, the pages step back until one begins with an item that was returned, or with the first of all. No resource
    that exists all the time is omitted or repeated.

    Args:
        first: As for `Paginator`.
        origin: As for `Paginator`.
        limit: As for `Paginator`; at least 2.
    """

    def __init__(self, first: Request, origin: tuple[str, str, int], limit: int | None = None) -> None:
        if limit is None and _integer_in(first, "limit") == 1:
            first, limit = evolve(first, query=tuple(pair for pair in first.query if pair[0] != "limit")), 2
        super().__init__(first, origin, max(limit, 2) if limit else limit)
        self._highest = -1
        # How far the last request stepped back, and the ids of the last page with the count of its repetitions.
        self._step = 0
        self._last_ids: list[int] | None = None
        self._repetitions = 0

    def accept(self, page: Mapping[str, Any], response: Response) -> Iterator[dict[str, Any]]:
        """Process a page.

        Args:
            page: The JSON object of the response.
            response: The response.

        Yields:
            The items of the page that were not returned before.

        Raises:
            BadResponse: The page is not valid, is not ordered by id, or the pages end before the server's count of items.
        """
        items = [*self._items(_get_results(page, response), set(), response)]
        ids = [int(item.get("id_str") or item["id"]) for item in items]
        if any(one >= other for one, other in pairwise(ids)):
            raise response.error("the page is not ordered by id")
        highest, count = self._highest, _get_count(page)
        if highest >= 0 and self._position > 0 and (not ids or ids[0] > highest):
            # First an eighth of a page, since several items may be gone; then more, up to a page.
            self._step = max(1, min(2 * self._step, self._largest - 1) if self._step else self._largest // 8)
            end = self._position if count is None else min(self._position, count)
            self._position = max(0, end - self._step)
            self._last_ids = None
            self.request = self._at_position()
            return
        self._repetitions = self._repetitions + 1 if ids == self._last_ids else 0
        self._last_ids, self._highest, self._step = ids, max([highest, *ids[-1:]]), 0
        self._largest = max(self._largest, len(ids))
        new = [item for item, own in zip(items, ids, strict=True) if own > highest]
        self._position += len(ids)
        yield from new
        if not self._has_more(page, bool(new)):
            self.request = None
            return
        if self._repetitions > 1:
            # A single repetition can be a coincidence, if resources were restored.
            why = "the next page equals the last one" if ids else "the next page is empty"
            raise self._incomplete_error(page, response, why)
        self._position = max(0, self._position - 1)
        self.request = self._at_position()

    def _has_more(self, page: Mapping[str, Any], is_new: bool) -> bool:
        count = _get_count(page)
        if "next" in page:
            return bool(page["next"])
        if count is not None:
            # A server that ignores the offset sends its first page again, which counts for nothing.
            return self._position < count or self._repetitions > 0
        return is_new or len(page["results"]) >= max(self._largest, 2)


def _get_results(page: Mapping[str, Any], response: Response) -> list[Any]:
    results = page.get("results")
    if not isinstance(results, list):
        raise response.error("the page has no list of results")
    return results


def _get_count(page: Mapping[str, Any]) -> int | None:
    """Return the server's count of items; None if there is none."""
    count = page.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _integer_in(request: Request, name: str) -> int | None:
    """Return an integer parameter of a query; None if missing or not an integer."""
    given = dict(request.query).get(name, "")
    return int(given) if given.isascii() and given.isdigit() else None


def _has_plain_id(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), int | str)


def _get_key(item: dict[str, Any]) -> tuple[str, int | str]:
    """Return what identifies an item: entries of the file system are of several types, each with its own ids."""
    return str(item.get("type")), item["id"]
