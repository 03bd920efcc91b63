"""What an answer of the contract has to hold, without I/O: ids, and the way from page to page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from attrs import evolve

from orionclient._resource import resource_id
from orionclient.config import origin_of
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orion_api.types import Operation, Request

    from orionclient._messages import Response

_MAX_PAGES: Final = 1_000_000
# Operations whose objects, or items, are no resources with an id.
_WITHOUT_ID: Final = frozenset({
    "get_api_versions", "get_current_balance", "list_folders", "list_molsearch_hits", "list_parts", "list_shares", "list_tags",
    "obtain_token", "obtain_upload_targets", "upload_part",
})  # fmt: skip


def lacking_id(operation: Operation, data: Mapping[str, Any]) -> str | None:
    """Find out whether a resource came without the id by which it could be used.

    Args:
        operation: What was asked for.
        data: The resource as it came.

    Returns:
        What is wrong, in a few words; None where it has an id, or is of a kind that has none.
    """
    if operation.id in _WITHOUT_ID:
        return None
    try:
        # Where the number comes as text too, that is the one that is used.
        resource_id(data.get("id_str") or data.get("id"), "the id in the answer")
    except ValidationError as error:
        return str(error) if data.get("id") is not None else "the answer has no id"
    return None


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
            BadResponse: The page is none, a resource in it has no id, or its `next` link leads to another host or in a circle.
        """
        results, following = page.get("results"), page.get("next")
        if not isinstance(results, list):
            raise response.error("the page holds no list of results")
        # What is made while a listing is read moves items on to the next page, where they would come again.
        before, self._before = self._before, set()
        for item in results:
            if not isinstance(item, dict):
                raise response.error("an item of the page is no JSON object")
            if self.request is not None and (problem := lacking_id(self.request.operation, item)):
                raise response.error(problem)
            number = item.get("id")
            if isinstance(number, int | str):
                self._before.add(number)
                if number in before:
                    continue
            yield item
        if not following or self.request is None:
            self.request = None
            return
        # A circle may lead to the first page as well, which no link has named.
        self._seen.add(response.url)
        try:
            target = urljoin(response.url, str(following))
        except ValueError as error:
            raise response.error(f"the link to the next page cannot be used ({error}); it was not followed") from None
        problem = self._problem(target)
        if problem:
            raise response.error(f"the link to the next page {problem}; it was not followed")
        self._seen.add(target)
        self.request = evolve(self.request, url=target)

    def _problem(self, target: str) -> str | None:
        try:
            if origin_of(target) != self._origin:
                return "leads to another host"
        except ValidationError as error:
            return f"cannot be used ({error})"
        if target in self._seen or len(self._seen) >= _MAX_PAGES:
            return "leads in a circle"
        return None
