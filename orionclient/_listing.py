"""Listings: resources one page after the other, and the questions that need not read them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from orionclient._resource import Resource
from orionclient.exceptions import MultipleResultsFound, NoResultFound, OrionError, ValidationError

if TYPE_CHECKING:
    from orionclient._resource import Endpoint, Id, SessionLike

R = TypeVar("R", bound=Resource)
# Size of the pages of exact searches, which mostly find few.
_EXACT_PAGE: Final = 100
# Filters that the server compares inexactly (documented).
_INEXACT: Final = ("name", "title")


class Listing(Iterator[R], Generic[R]):
    """An iterator over resources that asks for a page when it is needed. `count`, `first` and `one` ask anew and do not move it.

    Instances come from `session.list_resources`, `collection.list_shards` and so on.

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
        for name, value in (filters or {}).items():
            if isinstance(value, list | tuple | set | frozenset) and not value:
                raise ValidationError(f"the filter {name!r} is empty; leave it out for all")
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 0):
            raise ValidationError(f"limit is a whole number, not {limit!r:.60}")
        self._exact = {name: str(filters[name]) for name in _INEXACT if name in filters} if exact and filters else {}
        if exact and not self._exact:
            raise ValidationError(f"exact=True needs a filter {' or '.join(_INEXACT)}")
        self._session = session
        self._endpoint = endpoint
        self._template = template
        self._ids: dict[str, Id] = template._parent_ids()
        self._filters = dict(filters or {})
        self._limit = limit
        self._iterator: Iterator[R] | None = None

    def _items(self, limit: int | None) -> Iterator[R]:
        if limit == 0:
            return
        # The page need not be larger than what is wanted of it.
        page_size = _EXACT_PAGE if self._exact else limit
        found = self._session._calls.iter_items(self._endpoint, self._ids, query=self._filters, page_size=page_size)
        fitting = (item for item in found if all(item.get(name) == value for name, value in self._exact.items()))
        for item in islice(fitting, limit):
            yield self._template._new_instance(item, self._session)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> R:
        if self._iterator is None:
            self._iterator = self._items(self._limit)
        return next(self._iterator)

    def count(self) -> int:
        """Ask how many resources there are, whatever `limit` says, and how many were read.

        Returns:
            The number. One small request; with ``exact=True`` as many as there are pages.

        Raises:
            OrionError: The server rejected, or said no number.
        """
        if self._exact:
            return sum(1 for _ in self._items(None))
        page = self._session._calls.request_json(self._endpoint, self._ids, query={**self._filters, "limit": 1})
        number = page.get("count")
        if not isinstance(number, int) or isinstance(number, bool):
            raise OrionError(f"the server did not say how many there are: {number!r:.60}")
        return number

    def first(self) -> R | None:
        """Ask for the first resource only.

        Returns:
            It, or None where there is none.

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        return next(self._items(1), None)

    def one(self) -> R:
        """Ask for the only resource.

        Returns:
            It.

        Raises:
            NoResultFound: There is none.
            MultipleResultsFound: There are several.
            OrionError: The server rejected, or no good response came.
        """
        found = list(self._items(2))
        what = (
            f"{type(self._template).__name__} with {self._filters}" if self._filters else type(self._template).__name__
        )
        if not found:
            raise NoResultFound(f"there is no {what}")
        if len(found) > 1:
            raise MultipleResultsFound(
                f"there are several of {what}, for example {found[0]._id()} and {found[1]._id()}"
            )
        return found[0]
