"""A walk through the pages of a listing, without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from attrs import evolve

from orionclient.config import origin_of
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orion_api.types import Request

    from orionclient._messages import Response

_MAX_PAGES: Final = 1_000_000


class Pages:
    """A walk through the pages of a listing, without I/O: which request comes next, and what a page holds.

    Args:
        request: Request for the first page.
        origin: Scheme, host and port that no page may lead away from.

    Attributes:
        request: Request for the next page; None after the last.
    """

    def __init__(self, request: Request, origin: tuple[str, str, int]) -> None:
        self.request: Request | None = request
        self._origin = origin
        self._seen: set[str] = set()
        self._before: set[Any] = set()

    def accept(self, page: Mapping[str, Any], response: Response) -> Iterator[dict[str, Any]]:
        """Take a page.

        Args:
            page: The JSON object of the answer.
            response: The answer.

        Yields:
            Its items.

        Raises:
            BadResponse: The page is none, or its `next` link leads to another host or in a circle.
        """
        results, following = page.get("results"), page.get("next")
        if not isinstance(results, list):
            raise response.error("the page holds no list of results")
        # What is made while a listing is read moves items on to the next page, where they would come again.
        before, self._before = self._before, set()
        for item in results:
            if not isinstance(item, dict):
                raise response.error("an item of the page is no JSON object")
            number = item.get("id")
            if isinstance(number, int | str):
                self._before.add(number)
                if number in before:
                    continue
            yield item
        if not following or self.request is None:
            self.request = None
            return
        target = urljoin(response.url, str(following))
        problem = self._problem(target, response.url)
        if problem:
            raise response.error(f"the link to the next page {problem}; it was not followed")
        self._seen.add(target)
        self.request = evolve(self.request, url=target)

    def _problem(self, target: str, current: str) -> str | None:
        try:
            if origin_of(target) != self._origin:
                return "leads to another host"
        except ValidationError as error:
            return f"cannot be used ({error})"
        if target in self._seen or target == current or len(self._seen) >= _MAX_PAGES:
            return "leads in a circle"
        return None
