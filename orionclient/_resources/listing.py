"""Listing: a lazy iterator over paged resources, with `count`, `first` and `one`."""

from __future__ import annotations

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
        exact: bool = False,
    ) -> None:
        filters, limit = check_query("the filter", filters or {}), to_plain(limit)
        for name, value in filters.items():
            # A None would be omitted.
            if isinstance(value, list) and all(each is None for each in value):
                found = "a list of None" if value else "an empty list"
                raise ValidationError(f"the filter {name!r} is {found}; omit it to list all")
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 0):
            raise ValidationError(f"limit must be a non-negative integer, not {limit!r:.60}")
        self._exact = {name: str(filters[name]) for name in _INEXACT if name in filters} if exact else {}
        if exact and not self._exact:
            raise ValidationError(f"exact=True requires the filter {' or '.join(_INEXACT)}")
        self._session = session
        self._endpoint = endpoint
        self._template = template
        self._ids: dict[str, Id] = template._parent_ids()
        self._filters = filters
        self._limit = limit
        self._iterator: Iterator[R] | None = None

    def _items(self, limit: int | None) -> Iterator[R]:
        if limit == 0:
            return
        # No page is larger than the limit.
        page_size = _EXACT_PAGE if self._exact else limit
        found = self._session._calls.iter_items(self._endpoint, self._ids, query=self._filters, page_size=page_size)
        matching = (item for item in found if all(item.get(name) == value for name, value in self._exact.items()))
        for item in islice(matching, None if limit is None else min(limit, sys.maxsize)):
            yield self._template._new_instance(item, self._session)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> R:
        if self._iterator is None:
            self._iterator = self._items(self._limit)
        return next(self._iterator)

    def count(self) -> int:
        """Count all matching resources, regardless of `limit` and of the position of the iterator.

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
        """Get the first matching resource.

        Returns:
            The resource; None if there is none.

        Raises:
            OrionError: The request failed.
        """
        return next(self._items(1), None)

    def one(self) -> R:
        """Get the only matching resource.

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
