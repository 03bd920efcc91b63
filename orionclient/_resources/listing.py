"""Listing: a lazy iterator over paged resources, with `count`, `first` and `one`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from orionclient._resources.json_values import check_query
from orionclient._resources.resource import Resource
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import MultipleResultsFound, NoResultFound, OrionError, ValidationError

if TYPE_CHECKING:
    from orionclient._resources.resource import Endpoint, Id, SessionLike

R = TypeVar("R", bound=Resource)
# Page size of exact searches, which usually find few resources.
_EXACT_PAGE: Final = 100
# Filters that the server matches inexactly (documented).
_INEXACT: Final = ("name", "title")


def check_order(endpoint: Endpoint, order_by: object) -> None:
    """Check the order of a listing.

    Args:
        endpoint: The operation that lists the resources.
        order_by: The order; None for the default order.

    Raises:
        ValidationError: The operation has no such order; the message has the valid ones.
    """
    orders = endpoint.OPERATION.orders
    if order_by is None or (isinstance(order_by, str) and order_by.removeprefix("-") in orders):
        return
    if not orders:
        raise ValidationError(f"{endpoint.OPERATION.id} has a fixed order; omit order_by")
    raise ValidationError(
        f"order_by must be one of {', '.join(orders)} (or -{orders[0]} and so on, in descending order), not {order_by!r:.60}"
    )


def _check_count(name: str, value: Any) -> int | None:
    value = to_plain(value)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValidationError(f"{name} must be a non-negative integer, not {value!r:.60}")
    return value


class Listing(Iterator[R], Generic[R]):
    """Iterator over resources that fetches pages when they are needed. `count`, `first` and `one` send their own requests.

    Returned by `session.list_resources`, `collection.list_shards` and so on.

    Example:
        >>> from orionclient.types import Dataset
        >>> for name in ("hits", "hits of june"):
        ...     _ = Dataset.create(session, name)
        >>> session.list_resources(Dataset, {"name": "hits"}).count()
        2
        >>> session.list_resources(Dataset, {"name": "hits"}, exact=True).one().name
        'hits'
    """

    def __init__(
        self,
        session: SessionLike,
        endpoint: Endpoint,
        template: R,
        filters: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
        exact: bool = False,
    ) -> None:
        filters = check_query("the filter", filters or {})
        for name, value in filters.items():
            # A None would be omitted.
            if isinstance(value, list) and all(each is None for each in value):
                found = "a list of None" if value else "an empty list"
                raise ValidationError(f"the filter {name!r} is {found}; omit it to list all")
        if "offset" in filters and offset is not None:
            raise ValidationError("offset is given twice; omit the filter")
        for name in {"limit", "offset"} & filters.keys():
            # The server accepts digits too.
            filters[name] = int(filters[name]) if re.fullmatch("[0-9]{1,18}", str(filters[name])) else filters[name]
        offset = filters.pop("offset", None) if offset is None else offset
        if _check_count("limit", filters.get("limit")) == 0:
            raise ValidationError("the filter 'limit' (items per page) must be positive")
        self._exact = {name: str(filters[name]) for name in _INEXACT if name in filters} if exact else {}
        if exact and not self._exact:
            raise ValidationError(f"exact=True requires the filter {' or '.join(_INEXACT)}")
        self._session = session
        self._endpoint = endpoint
        self._template = template
        self._ids: dict[str, Id] = template._parent_ids()
        self._filters = filters
        self._limit = _check_count("limit", limit)
        self._offset = _check_count("offset", offset) or 0
        self._iterator: Iterator[R] | None = None

    def _items(self, limit: int | None, offset: int = 0) -> Iterator[R]:
        if limit == 0:
            return
        # No page is larger than the limit. The server does not match exactly, so it cannot skip exact matches.
        page_size, skipped = (_EXACT_PAGE, offset) if self._exact else (limit, 0)
        query = {**self._filters, "offset": offset} if offset and not self._exact else self._filters
        found = self._session._calls.iter_items(self._endpoint, self._ids, query=query, page_size=page_size)
        matching = (item for item in found if all(item.get(name) == value for name, value in self._exact.items()))
        end = None if limit is None else min(skipped + limit, sys.maxsize)
        for item in islice(matching, min(skipped, sys.maxsize), end):
            yield self._template._new_instance(item, self._session)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> R:
        if self._iterator is None:
            self._iterator = self._items(self._limit, self._offset)
        return next(self._iterator)

    def count(self) -> int:
        """Count all matching resources, regardless of `limit`, `offset` and the position of the iterator.

        Returns:
            The count. Sends one small request; with ``exact=True`` one per page.

        Raises:
            OrionError: The request failed, or the response has no count.
        """
        if self._exact:
            return sum(1 for _ in self._items(None))
        page = self._session._calls.request_json(self._endpoint, self._ids, query={**self._filters, "limit": 1})
        count = page.get("count")
        if not isinstance(count, int) or isinstance(count, bool):
            raise OrionError(f"cannot count the resources: the response has no valid count, but {count!r:.60}")
        return count

    def first(self) -> R | None:
        """Get the first matching resource in the order of the listing, after `offset` others.

        Returns:
            The resource; None if there is none.

        Raises:
            OrionError: The request failed.
        """
        return next(self._items(1, self._offset), None)

    def one(self) -> R:
        """Get the only matching resource, regardless of `limit` and `offset`.

        Returns:
            The resource.

        Raises:
            NoResultFound: No resource matches.
            MultipleResultsFound: More than one resource matches.
            OrionError: The request failed.
        """
        found = list(self._items(2))
        what = type(self._template).__name__ + (f" with {self._filters}" if self._filters else "")
        if not found:
            raise NoResultFound(f"no {what} found")
        if len(found) > 1:
            raise MultipleResultsFound(
                f"more than one {what}, for example the ids {found[0]._id()} and {found[1]._id()}"
            )
        return found[0]
